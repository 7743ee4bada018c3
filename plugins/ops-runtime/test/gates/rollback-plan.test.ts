import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { rollbackPlan } from '@dpone/ops-runtime';
import { folder, type Folder } from '../support/folder.js';

const NO_EVIDENCE = 'it writes statements from what is said on the command line and reads no file';
const LOAD = '01J00000000000000000000000';

describe('rollback-plan', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'rollback-plan',
    definition: rollbackPlan,
    green: () => ({ input: { sink: 'postgres', target: 'landing.orders', load_id: LOAD }, evidence: [] }),
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
  const sqlOf = async (sink: string, target: string): Promise<string[]> =>
    (await space.run(rollbackPlan, { sink, target, load_id: LOAD })).actions.map(({ sql }) => sql);

  it('quotes names as the system does, with the whole load id in them', async () => {
    expect(await sqlOf('postgres', 'Sales.Order Items')).to.eql([
      `SELECT to_regclass('"Sales"."Order Items__dpone_backup_${LOAD}"')`,
      `BEGIN; ALTER TABLE "Sales"."Order Items" RENAME TO "Order Items__dpone_failed_${LOAD}"; ` +
        `ALTER TABLE "Sales"."Order Items__dpone_backup_${LOAD}" RENAME TO "Order Items"; COMMIT`,
    ]);
    expect((await sqlOf('mssql', 'dbo.orders'))[1]).to.equal(
      `BEGIN TRANSACTION; EXEC sp_rename N'[dbo].[orders]', N'orders__dpone_failed_${LOAD}'; ` +
        `EXEC sp_rename N'[dbo].[orders__dpone_backup_${LOAD}]', N'orders'; COMMIT TRANSACTION`,
    );
    expect((await sqlOf('clickhouse', 'dw.orders'))[1]).to.equal(
      `EXCHANGE TABLES \`dw\`.\`orders\` AND \`dw\`.\`orders__dpone_backup_${LOAD}\``,
    );
    expect(await sqlOf('bigquery', 'project.dw.orders')).to.eql([
      `SELECT table_name FROM \`project.dw\`.INFORMATION_SCHEMA.TABLES WHERE table_name = 'orders__dpone_backup_${LOAD}'`,
      `CREATE OR REPLACE TABLE \`project.dw.orders\` COPY \`project.dw.orders__dpone_backup_${LOAD}\``,
    ]);
  });

  it('keeps names within what Postgres reads of them, no character cut in two', async () => {
    const [look] = await sqlOf('postgres', `s.${'ü'.repeat(30)}`);
    const name = /"([^"]*)"'\)$/.exec(look!)![1]!;
    expect(Buffer.byteLength(name)).to.be.at.most(63);
    expect(name).to.match(new RegExp(`^ü+__dpone_backup_${LOAD}$`));
  });

  for (const target of ['a"b', "a'b", 'a;b', 'a`b', 'a]b', 'a--b', 'a/*b', 'a\nb', 'a\\b', 'a..b', '', ' ', 'a.b.c.d'])
    it(`refuses the target ${JSON.stringify(target)}`, () =>
      expectError(() => sqlOf('postgres', target), ['DPONE_USAGE']));

  for (const load_id of ["x'; DROP TABLE t", '../x', '-x', ''])
    it(`refuses the load id ${JSON.stringify(load_id)}`, () =>
      expectError(() => space.run(rollbackPlan, { sink: 'postgres', target: 't', load_id }), ['DPONE_USAGE']));
});
