import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { rollbackApply } from '@dpone/ops-runtime';
import { folder, type Folder } from '../support/folder.js';
import { hostOf, rollbackReport } from '../support/live-target.js';

const PLAN = {
  sink: 'duckdb',
  target: 'main.orders',
  load_id: 'L2',
  actions: [{ kind: 'swap_backup', sql: 'DROP TABLE x' }],
};

describe('rollback-apply', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'rollback-apply',
    definition: rollbackApply,
    green: async ({ workdir }) => {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${workdir}/plan.json`, JSON.stringify(PLAN));
      return { input: { plan_json: 'plan.json', yes: true }, evidence: ['plan.json'] };
    },
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
    await space.put('plan.json', PLAN);
  });
  afterEach(() => space.remove());

  it('is red without --yes, and says that nothing was executed with it', async () => {
    const warned: string[] = [];
    const log = { debug() {}, info() {}, error() {}, warn: (text: string) => void warned.push(text) };
    expect(await space.run(rollbackApply, { plan_json: 'plan.json' })).to.deep.include({
      passed: false,
      applied: false,
      blockers: ['rollback.not_confirmed'],
    });
    const confirmed = await space.run(rollbackApply, { plan_json: 'plan.json', yes: true }, { log });
    expect(confirmed).to.include({ passed: true, applied: true, executed: false, planned_actions: 1 });
    expect(warned.join()).to.include('nothing was executed');
  });

  it('carries a plan out through the target, never by its statements', async () => {
    const calls: unknown[] = [];
    const { host } = hostOf({
      rollback: (loadId, options) => {
        calls.push([loadId, options]);
        return Promise.resolve(rollbackReport({ executed: options.yes, rows_restored: 2 }));
      },
    });
    const report = await space.run(rollbackApply, { plan_json: 'plan.json', manifest: 'm.yml', yes: true }, { host });
    expect(report).to.include({ passed: true, applied: true, executed: true });
    expect(calls).to.eql([['L2', { yes: true }]]);
  });

  it('is red where the target cannot be put back', async () => {
    const { host } = hostOf({
      rollback: () => Promise.resolve(rollbackReport({ blockers: ['rollback.backup_missing'] })),
    });
    const report = await space.run(rollbackApply, { plan_json: 'plan.json', manifest: 'm.yml', yes: true }, { host });
    expect(report).to.deep.include({ applied: false, executed: false, blockers: ['rollback.backup_missing'] });
  });

  it('refuses a plan for another table or system than the manifest loads', async () => {
    const run = (live: object): Promise<unknown> =>
      space.run(rollbackApply, { plan_json: 'plan.json', manifest: 'm.yml', yes: true }, { host: hostOf(live).host });
    await expectError(() => run({ table: 'main.customers' }), ['DPONE_INPUT_INVALID']);
    await expectError(() => run({ system: 'postgres' }), ['DPONE_INPUT_INVALID']);
  });

  for (const plan of [
    { sink: 'duckdb' },
    { ...PLAN, sink: 'oracle' },
    { ...PLAN, target: 'a;b' },
    { ...PLAN, actions: 2 },
  ])
    it(`refuses the plan ${JSON.stringify(plan)}`, async () => {
      await space.put('plan.json', plan);
      await expectError(() => space.run(rollbackApply, { plan_json: 'plan.json', yes: true }), ['DPONE_INPUT_INVALID']);
    });
});
