import { readdir } from 'node:fs/promises';
import { expect } from 'chai';
import { dpone } from './support/cli.js';
import { inWorkspace } from './support/workspace.js';

describe('the commands of a release', function () {
  this.timeout(60_000);
  const w = inWorkspace();
  beforeEach(() => w.put('a.json', { passed: true }));

  for (const [args, exit] of [
    ['ops release-gate --release v1 --artifact a=a.json', 0],
    ['ops release-gate --release v1 --artifact a=a.json --artifact b=gone.json', 1],
    ['ops release-gate --release v1 --artifact a=a.json --artifact a=a.json', 2],
    ['ops release-gate --release v1 --artifact a.json', 2],
    ['ops release-gate --artifact a=a.json', 2],
    ['ops change-request --change-id C --release v1 --target-env p --requested-by r --risk-level huge', 2],
    ['ops approval-record --change-request a.json --actor x --decision approved --quorum-required 1.5', 2],
    [
      'ops deployment-record --deployment-id D --environment e --actor a --approval-record a.json --status succeeded --post-check x',
      2,
    ],
    ['ops go-live-gate --bundle-json a.json', 2],
    ['ops security-audit --log-text password=hunter2', 1],
    ['ops security-audit --manifest-json {"password":"hunter2"', 2],
    ['docs check-docs', 2],
  ] as const) {
    it(`${args}: ${exit}`, async () => {
      const ran = await dpone(w.cwd, args);
      expect(ran.exit, ran.stderr).to.equal(exit);
      expect(ran.stdout + ran.stderr).to.not.match(/hunter2|\n {4}at /);
      if (exit === 2) {
        expect(ran.stderr).to.include('Error');
        const left = (await readdir(w.cwd, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
        expect(left.map(({ name }) => name)).to.eql(['a.json']);
      }
    });
  }

  it('tells a red docs check by 2, and takes manifests from a file', async () => {
    await w.put('docs/a.md', '[x](gone.md)');
    const docs = await dpone(w.cwd, 'docs check-docs --format json');
    expect(docs.exit).to.equal(2);
    expect(JSON.parse(docs.stdout)).to.include({ ok: false, issue_count: 1 });
    await w.put('m.json', '{"password": "hunter2"}');
    expect((await dpone(w.cwd, 'ops security-audit --manifest-json @m.json --format github')).exit).to.equal(1);
  });

  it('names what --require leaves out on standard error', async () => {
    const pack = await dpone(w.cwd, 'ops production-maturity --release v1 --artifact docs=a.json --require docs');
    expect(pack.exit).to.equal(0);
    expect(pack.stderr.match(/is waived by --require/g)).to.have.length(6);
  });
});
