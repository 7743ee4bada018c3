import { readdir, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { conformance, expectError } from '@dpone/testkit';
import { join } from 'node:path';
import { runRegistry } from '@dpone/ops-evidence';
import { dpone } from '../support/cli.js';
import { Workspace } from '../support/workspace.js';

const RUN = { run_id: 'r1', process: 'orders', manifest: 'm.yml', passed: true, result: { status: 'success' } };

describe('run-registry', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'run-registry',
    definition: runRegistry,
    green: async ({ workdir }) => {
      await writeFile(join(workdir, 'run.json'), JSON.stringify(RUN));
      await writeFile(join(workdir, 'q.json'), '{"passed": true}');
      return { input: { run_result: 'run.json', artifact: { q: 'q.json' } }, evidence: ['run.json', 'q.json'] };
    },
  }))
    it(c.name, c.run);

  let space: Workspace;
  beforeEach(async () => (space = await Workspace.make()));
  afterEach(() => space.remove());
  const record = async (run: unknown, artifact: Record<string, string> = {}) => {
    await space.put('run.json', run);
    return space.run(runRegistry, { run_result: 'run.json', artifact, output_dir: 'reg' });
  };
  const recorded = async () =>
    ((await space.json('reg/run_registry_index.json'))['runs'] as { run_id: string }[]).map(({ run_id: id }) => id);

  it('keeps an entry as it was first recorded', async () => {
    await record(RUN);
    const first = await space.text('reg/r1__run_registry.json');
    await space.put('run.json', RUN);
    await space.run(
      runRegistry,
      { run_result: 'run.json', output_dir: 'reg' },
      { clock: { now: () => new Date('2030-01-01') } },
    );
    expect(await space.text('reg/r1__run_registry.json')).to.equal(first);
    expect(await recorded()).to.eql(['r1']);
  });

  it('refuses other evidence for a recorded run, and leaves the entry as it is', async () => {
    await record(RUN);
    const first = await space.text('reg/r1__run_registry.json');
    await expectError(() => record({ ...RUN, rows: 7 }), ['DPONE_FILE_EXISTS']);
    await space.put('q.json', '{"passed": true}');
    await expectError(() => record(RUN, { q: 'q.json' }), ['DPONE_FILE_EXISTS']);
    expect(await space.text('reg/r1__run_registry.json')).to.equal(first);
  });

  it('records a run without an id each time anew', async () => {
    await record('{}');
    expect((await record('[1]')).blockers).to.eql(['run_result.invalid_json']);
    expect(await recorded()).to.eql(['unknown_run']);
  });

  it('refuses ids that lead out of the folder, and an index that cannot be read', async () => {
    for (const id of ['../evil', 'a/b', 'a\\b', '..', 'a\u0000b', 'x'.repeat(300)])
      await expectError(() => record({ ...RUN, run_id: id }), ['DPONE_INPUT_INVALID']);
    await space.put('reg/run_registry_index.json', '{"runs": 1}');
    await expectError(() => record(RUN), ['DPONE_INPUT_INVALID']);
    expect(await readdir(join(space.cwd, 'reg'))).to.eql(['run_registry_index.json']);
  });

  for (const [what, run, status] of [
    ['a result that failed', { run_id: 'r', result: { status: 'failed' } }, 'failed'],
    ['a load package that is not committed', { run_id: 'r', load_id: 'l', status: 'staged' }, 'staged'],
    ['a history without a load', { process: 'p', loads: [] }, 'failed'],
    ['processes of which one failed', { passed: true, processes: [RUN, { ...RUN, passed: false }] }, 'failed'],
    ['processes of different runs', { passed: true, processes: [RUN, { ...RUN, run_id: 'r2' }] }, 'failed'],
  ] as const)
    it(`is ${what === 'a history without a load' ? 'a warning' : 'red'} for ${what}`, async () => {
      const report = await record(run);
      expect(report.status).to.equal(status);
      if (what === 'a history without a load') expect(report.warnings).to.eql(['run_result.no_verdict']);
      else expect(report.blockers).to.eql(['run_result.not_passed']);
    });

  it('takes a load package and the history of a target', async () => {
    const load = { run_id: 'r5', load_id: 'l', status: 'committed', target: 't' };
    expect(await record(load)).to.include({ run_id: 'r5', status: 'committed', passed: true });
    const receipt = { runId: 'r6', loadId: 'l', process: 'orders', committedAt: '2026-01-01T00:00:00Z' };
    expect(await record({ process: 'orders', loads: [receipt] })).to.include({
      run_id: 'r6',
      process: 'orders',
      status: 'success',
      passed: true,
    });
  });

  it('names red evidence by its own name', async () => {
    await space.put('red.json', '{"status": "failed"}');
    await space.put('folder/x.json', '{"passed": true}');
    const report = await record(RUN, { b: 'red.json', a: 'none.json', c: 'folder' });
    expect(report.blockers).to.eql(['artifact.a.missing', 'artifact.b.not_passed', 'artifact.c.missing']);
  });

  describe('with what dpone run really writes', () => {
    const manifest = (name: string) =>
      `source: { type: files, options: { path: ${name}.csv } }\nsink: { type: files, options: { path: out/${name}.csv } }\nname: ${name}\n`;

    it('takes its output, and the folder of a run', async () => {
      await space.put('orders.csv', 'id\n1\n2\n');
      await space.put('orders.yml', manifest('orders'));
      const ran = await dpone(space.cwd, ['run', 'orders.yml', '--run-id', 'real_1', '--format', 'json']);
      expect(ran.exit, ran.stderr).to.equal(0);
      const printed = await record(ran.stdout);
      expect(printed).to.include({ run_id: 'real_1', process: 'orders', status: 'success', passed: true });
      const folder = await space.run(runRegistry, { run_result: '.dpone/runs/real_1', output_dir: 'reg2' });
      expect(folder).to.include({ run_id: 'real_1', process: 'orders', status: 'success', passed: true });
      expect(folder.processes[0]?.load_id).to.match(/^[0-9A-Z]{26}$/);
    });

    it('is red for a run that failed', async () => {
      await space.put('orders.yml', manifest('orders'));
      const ran = await dpone(space.cwd, ['run', 'orders.yml', '--run-id', 'real_2', '--format', 'json']);
      expect(ran.exit).not.to.equal(0);
      expect(await record(ran.stdout)).to.include({ run_id: 'real_2', status: 'failed', passed: false });
    });
  }).timeout(60_000);
});
