import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { conformance } from '@dpone/testkit';
import { incidentPack } from '@dpone/ops-evidence';
import { dpone } from '../support/cli.js';
import { Workspace } from '../support/workspace.js';

describe('incident-pack', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'incident-pack',
    definition: incidentPack,
    green: async ({ workdir }) => {
      await writeFile(join(workdir, 'a.json'), '{"passed": true}');
      await writeFile(join(workdir, 'b.json'), '{"passed": true}');
      return {
        input: { incident_id: 'i', title: 't', artifact: { a: 'a.json', b: 'b.json' } },
        evidence: ['a.json', 'b.json'],
      };
    },
  }))
    it(c.name, c.run);

  let space: Workspace;
  beforeEach(async () => (space = await Workspace.make()));
  afterEach(() => space.remove());

  it('sorts by name, names what is red, silent or not there', async () => {
    await space.put('red.json', { passed: false, violations: [1, 2] });
    await space.put('silent.json', { note: 1 });
    const report = await space.run(incidentPack, {
      incident_id: 'i',
      title: 't',
      artifact: { z: 'none.json', b: 'silent.json', a: 'red.json' },
    });
    expect(report.items.map(({ name, summary }) => [name, summary])).to.eql([
      ['a', 'violations=2'],
      ['b', 'passed'],
      ['z', 'artifact missing'],
    ]);
    expect(report.blockers).to.eql(['a.not_passed', 'z.missing']);
    expect(report.warnings).to.eql(['b.no_verdict']);
  });

  it('says that it is empty', async () => {
    const report = await space.run(incidentPack, { incident_id: 'i', title: 't' });
    expect(report).to.deep.include({ passed: true, warnings: ['evidence.none'] });
  });
});

describe('the command evidence-bundle', () => {
  let space: Workspace;
  beforeEach(async () => (space = await Workspace.make()));
  afterEach(() => space.remove());
  const bundle = (rows: string, ...more: string[]) =>
    dpone(space.cwd, [
      ...'ops evidence-bundle --run-id r --source postgres --sink mssql --strategy cdc --row-count 2'.split(' '),
      '--format',
      'json',
      '--artifact-dir',
      'e',
      '--contract-json',
      '{"not_null":["id"]}',
      '--rows-json',
      rows,
      ...more,
    ]);

  it('runs the gates it is made of, and records the files that they leave', async () => {
    const { exit, stdout, stderr } = await bundle('[{"id":1}]');
    expect(exit, stderr).to.equal(0);
    const { items } = JSON.parse(stdout) as { items: { name: string; path: string; sha256: string }[] };
    expect(items.map(({ name }) => name)).to.eql(['certification', 'data_contract', 'marketplace']);
    for (const { path, sha256 } of items)
      expect(
        createHash('sha256')
          .update(await space.text(path))
          .digest('hex'),
      ).to.equal(sha256);
  });

  it('is red for rows that break the contract', async () => {
    const { exit, stdout } = await bundle('[{"id":null}]');
    expect(exit).to.equal(1);
    expect((JSON.parse(stdout) as { blockers: string[] }).blockers).to.eql(['data_contract.not_passed']);
  });

  for (const [what, rows, more] of [
    ['rows that are no list', '{"id":1}', []],
    ['rows that are no objects', '[1]', []],
    ['rows that are no JSON', '[{', []],
    ['a source that there is not', '[{"id":1}]', ['--source', 'oracle']],
    ['a row count beyond the range', '[{"id":1}]', ['--row-count', '0']],
  ] as const)
    it(`refuses ${what}, and writes nothing`, async () => {
      expect((await bundle(rows, ...more)).exit).to.equal(2);
      expect(await readdir(space.cwd)).to.eql([]);
    });
}).timeout(60_000);
