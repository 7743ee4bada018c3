import { conformance } from '@dpone/testkit';
import { expect } from 'chai';
import { cdcPlan } from '@dpone/ops-planning';
import { folder, type Folder } from '../support/folder.js';

const NO_EVIDENCE = 'it writes statements from names, not from files of evidence';

describe('cdc plan', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'cdc-plan',
    definition: cdcPlan,
    green: () => ({ input: { backend: 'postgres_logical', schema: 'public', table: 'orders' }, evidence: [] }),
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

  it('quotes every name, whatever is in it', async () => {
    const { sql } = await space.run(cdcPlan, {
      backend: 'postgres_logical',
      schema: 'a"b',
      table: "o'x",
      publication_name: 'p"; DROP TABLE t; --',
      slot_name: 'slot_1',
    });
    expect(sql).to.equal(
      `CREATE PUBLICATION "p""; DROP TABLE t; --" FOR TABLE "a""b"."o'x";\nSELECT pg_create_logical_replication_slot('slot_1', 'pgoutput');`,
    );
    const tracking = await space.run(cdcPlan, { backend: 'mssql_change_tracking', schema: 'dbo', table: 'o]x' });
    expect(tracking.sql).to.contain('ALTER TABLE [dbo].[o]]x] ENABLE CHANGE_TRACKING;');
    const capture = await space.run(cdcPlan, { backend: 'mssql_cdc', schema: "d'o", table: 'orders' });
    expect(capture.sql).to.contain(`@source_schema = N'd''o', @source_name = N'orders'`);
    expect(capture.sql).to.contain(`@capture_instance = N'd''o_orders'`);
    expect(capture.warnings).to.have.length(1);
  });

  it('is red for what the server would refuse, and for options of another backend', async () => {
    const slot = await space.run(cdcPlan, {
      backend: 'postgres_logical',
      schema: 'public',
      table: 'orders',
      slot_name: 'Not A Slot',
    });
    expect(slot).to.deep.include({ valid: false, errors: ['slot_name.invalid'], sql: '' });
    const foreign = await space.run(cdcPlan, {
      backend: 'mssql_change_tracking',
      schema: 'dbo',
      table: 'orders',
      publication_name: 'p',
    });
    expect(foreign.errors).to.deep.equal(['option.not_of_backend:publication_name']);
  });
});
