import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { recoveryPlan } from '@dpone/ops-runtime';
import { folder, type Folder } from '../support/folder.js';
import { hostOf, receiptOf } from '../support/live-target.js';

const engine = (loadId: string, status: string, given: object = {}): object => ({
  run_id: `R${loadId}`,
  load_id: loadId,
  process: 'orders',
  target: 'main.orders',
  chunk_id: null,
  status,
  started_at: `2026-01-0${loadId.slice(1)}T00:00:00.000Z`,
  updated_at: `2026-01-0${loadId.slice(1)}T00:00:00.000Z`,
  rows_staged: 0,
  rows_loaded: 0,
  artifact_uri: null,
  state_after: null,
  error: null,
  ...given,
});

describe('recovery-plan', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'recovery-plan',
    definition: recoveryPlan,
    green: async ({ workdir }) => {
      const { mkdir, writeFile } = await import('node:fs/promises');
      await mkdir(`${workdir}/p`, { recursive: true });
      await writeFile(`${workdir}/p/L1.json`, JSON.stringify(engine('L1', 'committed')));
      return { input: { load_package_dir: 'p', output_dir: 'out' }, evidence: ['p/L1.json'] };
    },
    waivers: [
      {
        behaviour: 'gate.broken-evidence-is-never-green',
        reason: 'it looks for what was left behind: a package that is gone, or a folder of that name, is nothing left',
      },
    ],
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
  });
  afterEach(() => space.remove());
  const plan = (given: object = {}, host?: ReturnType<typeof hostOf>['host']) =>
    space.run(
      recoveryPlan,
      { state_dir: 's', lock_dir: 'l', load_package_dir: 'p', runs_dir: 'r', output_dir: 'out', ...given },
      host === undefined ? {} : { host },
    );

  it('is green where nothing is left, folders that are not there included', async () => {
    expect(await plan()).to.include({ passed: true, failed_runs: 0, active_locks: 0, uncommitted_loads: 0 });
    expect(await space.files()).to.eql(['out/runtime_recovery_plan.json', 'out/runtime_recovery_plan.md']);
  });

  for (const content of ['{"status":"failed"', '[1]', '{}', '', 'null', '{"a":1}'])
    for (const path of ['p/a.json'])
      it(`refuses a package that says nothing: ${content}`, async () => {
        await space.put(path, content);
        await expectError(() => plan(), ['DPONE_INPUT_INVALID']);
        expect(await space.files()).to.eql([path]);
      });

  it('refuses a job state that cannot be read, and says which', async () => {
    await space.put('s/a.job_state.json', '{"status":');
    expect((await expectError(() => plan(), ['DPONE_INPUT_INVALID'])).where).to.equal('s/a.job_state.json');
  });

  it('names failed jobs, those too that cannot be resumed, and quotes what goes into commands', async () => {
    await space.put('s/a.job_state.json', {
      status: 'failed',
      run_id: 'R1',
      manifest_path: "m'; rm -rf /.yml",
      selector: '$(id)',
    });
    await space.put('s/b.job_state.json', { status: 'failed', run_id: 'R2', resumable: false });
    await space.put('s/c.job_state.json', { status: 'succeeded' });
    const report = await plan();
    expect(report.blockers).to.eql(['failed resumable job `R1`', 'failed job `R2` cannot be resumed']);
    expect(report.actions[0]!.command).to.equal(`dpone run 'm'\\''; rm -rf /.yml' --selector '$(id)'`);
  });

  it('names locks with key, owner and age, readable or not', async () => {
    await space.put('l/x.lock.json', { key: 'orders', owner: 'host-1', created_at_epoch: 0 });
    await space.put('l/y.lock.json', 'not JSON');
    await space.put('l/z.lock', 'no lock file of ours');
    const report = await plan();
    expect(report.blockers).to.eql(['active lock `x.lock.json`', 'active lock `y.lock.json`']);
    expect(report.locks[0]).to.include({ key: 'orders', owner: 'host-1', since: '1970-01-01T00:00:00+00:00' });
    expect(report.locks[0]!.age_seconds).to.be.greaterThan(1e9);
    expect(report.locks[1]).to.include({ key: null, owner: null });
  });

  it('names open packages, by hand and of dpone, and failed ones that nothing made good', async () => {
    await space.put('p/H1.json', { load_id: 'H1', target: 't', status: 'started' });
    await space.put('p/L1.json', engine('L1', 'failed'));
    await space.put('p/L2.json', engine('L2', 'staged'));
    await space.put('p/.open/L9.0123456789abcdef', '');
    const report = await plan();
    expect(report.blockers).to.eql([
      'load package `H1` for `t` is `started`',
      'load package `L1` for `main.orders` is `failed`',
      'load package `L2` for `main.orders` is `staged`',
      'load `L9` was begun and left no package',
    ]);
    expect(report).to.include({ uncommitted_loads: 3, failed_loads: 1 });
    await space.put('p/L2.json', engine('L2', 'committed'));
    expect((await plan()).blockers).not.to.include('load package `L1` for `main.orders` is `failed`');
  });

  it('takes the newest run of a process for how it stands, and tells a load once', async () => {
    await space.put('r/R1/orders.json', {
      process: 'orders',
      run_id: 'R1',
      load_id: 'L1',
      passed: false,
      manifest: 'm.yml',
    });
    await space.put('p/L1.json', engine('L1', 'failed'));
    expect((await plan()).blockers).to.eql(['failed resumable job `R1`']);
    await space.put('r/R2/orders.json', {
      process: 'orders',
      run_id: 'R2',
      load_id: 'L2',
      passed: true,
      manifest: 'm.yml',
    });
    await space.put('p/L2.json', engine('L2', 'committed'));
    expect((await plan()).passed).to.equal(true);
  });

  it('asks the target how an open load ended', async () => {
    await space.put('p/L1.json', engine('L1', 'staged'));
    await space.put('p/L2.json', engine('L2', 'started'));
    const { host } = hostOf({ receipt: (id) => Promise.resolve(id === 'L1' ? receiptOf(id) : null) });
    const report = await plan({ manifest: 'm.yml', selector: 'orders' }, host);
    expect(report.actions.map(({ action, command }) => [action, command])).to.eql([
      ['run_again_the_load_is_in_the_target', 'dpone run m.yml --selector orders'],
      ['run_again_the_load_is_not_in_the_target', 'dpone run m.yml --selector orders'],
    ]);
  });
});
