import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { hashFile, judge, readArtifact } from '@dpone/sdk';

describe('artifacts', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dpone-sdk-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('reads content whatever the suffix, and tells missing from unreadable', async () => {
    await writeFile(join(folder, 'a.txt'), '{"passed": true}');
    await writeFile(join(folder, 'b.json'), '{"passed": tr');
    await writeFile(join(folder, 'c.json'), Buffer.from([0x22, 0xff, 0xfe, 0x22]));
    await writeFile(join(folder, 'd.json'), '\uFEFF{}');
    expect(await readArtifact(join(folder, 'a.txt'))).to.deep.include({
      state: 'json',
      value: { passed: true },
      bytes: 16,
    });
    for (const name of ['b.json', 'c.json', 'd.json'])
      expect(await readArtifact(join(folder, name)), name).to.include({ state: 'unreadable' });
    for (const name of ['none.json', 'a.txt/below', '.'])
      expect(await readArtifact(join(folder, name)), name).to.eql({ state: 'missing' });
  });

  for (const [value, verdict] of [
    [{ passed: true }, 'green'],
    [{ status: 'ok' }, 'green'],
    [{ passed: true, blockers: [] }, 'green'],
    [{ passed: true, blockers: null }, 'green'],
    [{ rows: 3 }, 'silent'],
    [{}, 'red'],
    [[1], 'red'],
    [null, 'red'],
    ['passed', 'red'],
    [{ passed: false }, 'red'],
    [{ passed: 'true' }, 'red'],
    [{ passed: 1 }, 'red'],
    [{ passed: null }, 'red'],
    [{ passed: true, verified: false }, 'red'],
    [{ passed: true, status: 'Regression' }, 'red'],
    [{ passed: true, findings: ['x'] }, 'red'],
    [{ passed: true, findings: [{ code: 'none', passed: true }] }, 'green'],
    [
      {
        passed: true,
        findings: [
          { code: 'a', passed: true },
          { code: 'b', passed: false },
        ],
      },
      'red',
    ],
    [{ failed_post_checks: ['smoke'] }, 'red'],
    [{ failed_cases: 1 }, 'red'],
    [{ eventType: 'FAIL' }, 'red'],
    [{ events: [null, { eventType: 'FAIL' }] }, 'red'],
  ] as const) {
    it(`judges ${JSON.stringify(value)} ${verdict}`, () => {
      expect(judge(value).verdict).to.equal(verdict);
    });
  }

  it('judges a number that is kept as it was written red: it is no object', async () => {
    await writeFile(join(folder, 'number.json'), '0.1000000000000000055511151231257827');
    const artifact = await readArtifact(join(folder, 'number.json'));
    expect(artifact.state === 'json' && judge(artifact.value).verdict).to.equal('red');
  });

  it('judges any JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => ['green', 'silent', 'red'].includes(judge(value).verdict)));
  });

  it('hashes by streaming', async () => {
    const bytes = Buffer.alloc(3 * (1 << 20) + 7, 'x');
    await writeFile(join(folder, 'big'), bytes);
    expect(await hashFile(join(folder, 'big'))).to.eql({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
    });
  });
});
