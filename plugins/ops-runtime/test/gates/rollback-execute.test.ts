import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { rollbackExecute } from '@dpone/ops-runtime';
import { folder, type Folder } from '../support/folder.js';
import { hostOf, rollbackReport } from '../support/live-target.js';

const NO_EVIDENCE = 'its evidence is the receipt and the backup in the target, not a file';
const INPUT = { sink: 'duckdb', target: 'main.orders', load_id: 'L2' };

describe('rollback-execute', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'rollback-execute',
    definition: rollbackExecute,
    green: () => ({ input: INPUT, evidence: [] }),
    waivers: [
      { behaviour: 'gate.broken-evidence-is-never-green', reason: NO_EVIDENCE },
      { behaviour: 'gate.survives-any-json', reason: NO_EVIDENCE },
    ],
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
  });
  afterEach(() => space.remove());

  it('previews without --yes', async () => {
    expect(await space.run(rollbackExecute, INPUT)).to.deep.include({
      passed: true,
      dry_run: true,
      applied: false,
      executed: false,
      backup_validated: true,
      planned_actions: 2,
      lock_id: 'rollback:duckdb:main.orders:L2',
      blockers: [],
    });
  });

  it('says that nothing was executed where no target was given', async () => {
    const report = await space.run(rollbackExecute, { ...INPUT, yes: true });
    expect(report).to.include({ applied: true, executed: false, dry_run: false });
    expect(report.warnings).to.eql(['nothing was executed']);
  });

  it('is red for --require-backup where the plan cannot look for one', async () => {
    const input = { ...INPUT, sink: 'clickhouse', require_backup: true };
    expect((await space.run(rollbackExecute, input)).passed).to.equal(true);
    const report = await space.run(rollbackExecute, { ...input, yes: true });
    expect(report).to.deep.include({ applied: false, blockers: ['rollback.backup_not_validated'] });
  });

  it('says what the target did', async () => {
    const { host, asked } = hostOf({
      rollback: (_id, { yes }) =>
        Promise.resolve(rollbackReport({ executed: yes, rollback_load_id: 'L3', rows_restored: 2, rows_removed: 3 })),
    });
    const report = await space.run(
      rollbackExecute,
      { ...INPUT, target: 'orders', yes: true, manifest: 'm.yml', selector: 'orders' },
      { host },
    );
    expect(report).to.include({
      applied: true,
      executed: true,
      rows_restored: 2,
      rows_removed: 3,
      rollback_load_id: 'L3',
    });
    expect(report.statements).to.eql(['BEGIN', 'COMMIT']);
    expect(asked).to.eql([{ manifest: 'm.yml', selector: 'orders' }]);
  });

  it('is red, in a preview too, for what the target says against it', async () => {
    const { host } = hostOf({
      rollback: () => Promise.resolve(rollbackReport({ backup: null, blockers: ['rollback.backup_missing'] })),
    });
    for (const yes of [false, true]) {
      const report = await space.run(rollbackExecute, { ...INPUT, yes, manifest: 'm.yml' }, { host });
      expect(report).to.deep.include({
        passed: false,
        applied: false,
        backup_validated: false,
        blockers: ['rollback.backup_missing'],
      });
    }
  });

  it('refuses a target that the manifest does not load', () =>
    expectError(
      () =>
        space.run(rollbackExecute, { ...INPUT, target: 'other.orders', manifest: 'm.yml' }, { host: hostOf({}).host }),
      ['DPONE_INPUT_INVALID'],
    ));
});
