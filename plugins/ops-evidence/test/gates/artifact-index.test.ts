import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pageMarkdown, pageOf, type GateReport } from '@dpone/sdk';
import { conformance, expectError, gateContext } from '@dpone/testkit';
import { expect } from 'chai';
import { artifactIndex } from '@dpone/ops-evidence';

const page = (report: GateReport): string => pageMarkdown(pageOf(artifactIndex.view as never, report));

describe('artifact-index', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'artifact-index',
    definition: artifactIndex,
    green: async ({ workdir }) => {
      await mkdir(join(workdir, 'in'));
      await writeFile(join(workdir, 'in/a.json'), '{"passed": true}');
      return { input: { root: ['in'], output_dir: 'out' }, evidence: ['in/a.json'] };
    },
    waivers: [
      {
        behaviour: 'gate.broken-evidence-is-never-green',
        reason:
          'An inventory lists what claims nothing (a list, an empty object) with passed: null, as the artifact says.',
      },
    ],
  }))
    it(c.name, c.run);

  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'dpone-index-'));
  });
  afterEach(() => rm(cwd, { recursive: true }));
  const put = async (path: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(join(cwd, path, '..'), { recursive: true });
    await writeFile(join(cwd, path), content);
  };
  const index = async (input: Record<string, unknown>): Promise<GateReport> =>
    artifactIndex.evaluate(artifactIndex.input.parse(input), gateContext(cwd));
  const passed = (report: GateReport): Record<string, boolean | null> =>
    Object.fromEntries(
      (report['items'] as { relative_path: string; passed: boolean | null }[]).map((i) => [i.relative_path, i.passed]),
    );

  it('lists files of four suffixes, sorted, with checksum, size, time, release and run', async () => {
    await put('in/z/b.JSON', '{"passed": true, "release": 2, "incident_id": "i1", "load_id": "l1"}');
    await put('in/a.md', '# page');
    await put('in/skip.csv', 'x');
    await put('in/__pycache__/c.json', '{}');
    await put('in/artifact_index.json', '{"passed": false}');
    await utimes(join(cwd, 'in/a.md'), 1.5, 1.5);
    const report = await index({ root: ['./in//'], release: 'v1' });
    expect(report).to.include({ release: 'v1', total_artifacts: 2, passed: true, output_dir: '.dpone/artifact-index' });
    expect(report['roots']).to.eql(['in']);
    const [page, json] = report['items'] as Record<string, unknown>[];
    expect(page).to.eql({
      name: 'a.md',
      path: 'in/a.md',
      relative_path: 'a.md',
      artifact_type: 'md',
      sha256: createHash('sha256').update('# page').digest('hex'),
      size_bytes: 6,
      modified_at: '1970-01-01T00:00:01.500000+00:00',
      release: null,
      run_id: null,
      passed: null,
    });
    expect(json).to.include({
      path: 'in/z/b.JSON',
      relative_path: 'z/b.JSON',
      artifact_type: 'json',
      release: '2',
      run_id: 'i1',
      passed: true,
    });
  });

  it('is red for what is red, contradictory or unreadable, and judges the rest all the same', async () => {
    await put('in/1.json', '{"passed": false}');
    await put('in/2.json', '{"passed": "true"}');
    await put('in/3.json', '{"passed": true, "blockers": ["x"]}');
    await put('in/4.json', '{"passed": tru');
    await put('in/5.json', Buffer.from([0x22, 0xff, 0x22]));
    await put('in/6.json', '[1]');
    await put('in/7.json', '{"rows": 1}');
    await put('in/8.txt', '{"passed": false}');
    const report = await index({ root: ['in'] });
    expect(passed(report)).to.eql({
      '1.json': false,
      '2.json': false,
      '3.json': false,
      '4.json': false,
      '5.json': false,
      '6.json': null,
      '7.json': null,
      '8.txt': null,
    });
    expect(report.blockers).to.eql([1, 2, 3, 4, 5].map((n) => `in/${n}.json.not_passed`));
    expect(page(report)).to.include('## Blockers');
  });

  it('is red when there is nothing to list, and refuses when no root is there', async () => {
    await mkdir(join(cwd, 'empty'));
    const report = await index({ root: ['empty', 'not-there'] });
    expect(report).to.include({ passed: false, total_artifacts: 0 });
    expect(report.blockers).to.eql(['artifacts.missing']);
    await put('file.json', '{}');
    await expectError(() => index({ root: ['not-there', 'file.json'] }), ['DPONE_INPUT_INVALID']);
  });

  it('lists a file under two roots twice, and walks no circle of links', async () => {
    await put('in/sub/a.json', '{"passed": true}');
    await symlink('..', join(cwd, 'in/sub/loop'));
    const report = await index({ root: ['in', 'in/sub'] });
    expect((report['items'] as { path: string }[]).map((i) => i.path)).to.eql(['in/sub/a.json', 'in/sub/a.json']);
  });

  it('names artifacts by their stem', async () => {
    for (const name of ['release_gate.md', 'v1__evidence_chain.json', 'x__behavior.json', 'other.log'])
      await put(`in/${name}`, '{"a": 1}');
    const report = await index({ root: ['in'] });
    expect((report['items'] as { artifact_type: string }[]).map((i) => i.artifact_type)).to.have.members([
      'release_gate',
      'evidence_chain',
      'certification_behavior',
      'log',
    ]);
  });

  it('escapes names in the page', async () => {
    await put('in/a|b.md', 'x');
    expect(page(await index({ root: ['in'] }))).to.include('a\\|b.md');
  });
});
