import { quoteIdent } from '@dpone/sdk';
import { postgresMajors } from '@dpone/test-services';
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { stagingNames } from '../dist/names.js';
import { tableName } from '../dist/sql.js';
import { newTableStatements, stagingColumnsInTargetOrder } from '../dist/swap.js';
import { dumpCatalog } from './support/dump-catalog.js';
import { FULL_TABLE, fullTable } from './support/full-table.js';
import {
  doing,
  facts,
  LOAD_ID,
  openDatabase,
  program,
  stage,
  swap,
  type TestDatabase,
} from './support/swap-session.js';

const TARGET = { schema: 'public', name: 't' };
const table = tableName(FULL_TABLE);

for (const major of await postgresMajors()) {
  describe(`a swap on Postgres ${major}`, function () {
    this.timeout(120_000);
    const suffix = randomBytes(4).toString('hex');
    const roles = {
      owner: `dpone_Owner_${suffix}`,
      reader: `dpone reader ${suffix}`,
      member: `dpone_member_${suffix}`,
    };
    let server: TestDatabase['db']['server'];

    before(async () => {
      await using open = await openDatabase(major);
      ({ server } = open.db);
      for (const role of Object.values(roles)) await server.sql(`create role ${quoteIdent(role)}`);
      await server.sql(`grant ${quoteIdent(roles.owner)} to ${quoteIdent(roles.member)}`);
    });
    after(async () => {
      for (const role of Object.values(roles)) await server?.sql(`drop role ${quoteIdent(role)}`);
    });

    const opened = async (): Promise<TestDatabase> => {
      const open = await openDatabase(major);
      await open.db.sql(fullTable(major, roles)).catch(async (error: unknown) => {
        await open[Symbol.asyncDispose]();
        throw error;
      });
      return open;
    };

    for (const staging of ['Mixed "Schema"', 'elsewhere'])
      it(`keeps everything that the table has, staged in ${staging}`, async () => {
        await using open = await opened();
        const { db, session } = open;
        if (staging === 'elsewhere') await db.sql('create schema elsewhere');
        const before = await dumpCatalog(db);
        const [{ number } = { number: 0 }] = await db.sql<{ number: number }>(
          `select count(*)::int as number from ${table}`,
        );
        const staged = await stage(session, FULL_TABLE, `SELECT * FROM ${table}`, { schema: staging });
        await session.run(
          `INSERT INTO ${staged.names.rows} SELECT 3, 3, 'c@d', 'sad', 2, 'new', '[3,4)', NULL, 1, 1, now(), 'z', '{3}'`,
          doing,
        );
        await swap(session, staged);
        expect(await dumpCatalog(db)).to.deep.equal(before);
        const rows = await db.sql<{ t: string }>(`select t from ${table} order by "select"`);
        expect(rows.map((row) => row.t)).to.deep.equal(['x', 'y', 'new']);
        expect(rows).to.have.lengthOf(number + 1);
      });

    it('swaps what it has swapped', async () => {
      await using open = await opened();
      const before = await dumpCatalog(open.db);
      for (let round = 0; round < 2; round++)
        await swap(open.session, await stage(open.session, FULL_TABLE, `SELECT * FROM ${table}`));
      expect(await dumpCatalog(open.db)).to.deep.equal(before);
    });

    it('goes on with the numbers of a serial column, enforces every kept rule, and reads its indexes', async () => {
      await using open = await opened();
      const { db, session } = open;
      await swap(session, await stage(session, FULL_TABLE, `SELECT * FROM ${table}`));
      const long = FULL_TABLE.name.replace('T', 'n');
      const insert = (values: string): string =>
        `insert into ${table} ("Order", t, spans, parent, ${long}) values ${values}`;
      await db.sql(insert(`(9, 'z', '[9,10)', 1, '{9}')`));
      expect(await db.sql(`select "select", back, address from ${table} where "Order" = 9`)).to.deep.equal([
        { select: 3, back: String.raw`a\b'c`, address: 'a@b' },
      ]);
      for (const [values, said] of [
        [`(0, 'z', '[11,12)', 1, '{9}')`, 'Check "1'],
        [`(10, 'z', '[9,12)', 1, '{9}')`, 'Apart'],
        [`(9, 'z', '[12,13)', 1, '{1}')`, 'Later'],
        [`(11, 'z', '[13,14)', 99, '{1}')`, 'Parent'],
      ] as const)
        expect(String(await db.sql(insert(values)).catch((error: unknown) => error)), values).to.contain(said);
      const refused = await db
        .sql('insert into "Mixed ""Schema""".child values (1, 99)')
        .catch((error: unknown) => error);
      expect(String(refused)).to.contain('"Child"');
      const plan = await db.sql(`set enable_seqscan = off; explain select from ${table} where "select" = 1`);
      expect(JSON.stringify(plan)).to.match(/Index.* Scan using .*Pk/);
    });

    it('lets a member of the owner swap', async () => {
      await using open = await opened();
      const { db, session } = open;
      await db.sql(`revoke all on schema "Mixed ""Schema""" from ${quoteIdent(roles.owner)};
        grant create, usage on schema "Mixed ""Schema""" to public;
        alter table "Mixed ""Schema""".child owner to ${quoteIdent(roles.owner)};
        alter table "Mixed ""Schema""".parts owner to ${quoteIdent(roles.owner)};
        alter table "Mixed ""Schema""".parts_1 owner to ${quoteIdent(roles.owner)};
        grant select, references on "Mixed ""Schema""".parent to ${quoteIdent(roles.owner)};
        grant select on all tables in schema "Mixed ""Schema""" to ${quoteIdent(roles.owner)}`);
      const before = await dumpCatalog(db);
      await session.run(`SET ROLE ${quoteIdent(roles.member)}`, doing);
      await swap(session, await stage(session, FULL_TABLE, `SELECT * FROM ${table}`));
      await session.run('RESET ROLE', doing);
      expect(await dumpCatalog(db)).to.deep.equal(before);
    });

    const keepsTablespaces = async (): Promise<void> => {
      await using open = await openDatabase(major);
      const { db, session } = open;
      const space = `dpone_space_${suffix}`;
      await createInPlaceTablespace(db, space);
      await db.sql(
        `create table t (id int primary key, v int) tablespace ${space}; create index i on t (v) tablespace ${space}`,
      );
      const before = await dumpCatalog(db);
      await swap(session, await stage(session, TARGET, 'SELECT 1, 2'));
      expect(await dumpCatalog(db)).to.deep.equal(before);
      expect(before.join('\n')).to.contain(space);
      // Neither does staging stay where the session would put a new table.
      await db.sql('alter table t set tablespace pg_default');
      const moved = await dumpCatalog(db);
      await session.run(`SET default_tablespace = ${space}`, doing);
      await swap(session, await stage(session, TARGET, 'SELECT 1, 2'));
      expect(await dumpCatalog(db)).to.deep.equal(moved);
      await session.run('DROP TABLE t', doing);
      await db.sql(`drop tablespace ${space}`);
    };
    // Before, a tablespace needs a folder of the server's user.
    if (major >= 15) it('keeps a tablespace of a table and of an index', keepsTablespaces);

    it('takes over the changes that the load brings', async () => {
      await using open = await openDatabase(major);
      const { db, session } = open;
      await db.sql(
        'create table t (id int primary key, v varchar(3) collate "C" not null default \'a\', w int not null)',
      );
      const found = await facts(session, TARGET);
      const [id, v, w] = found.columns as [
        (typeof found.columns)[0],
        (typeof found.columns)[0],
        (typeof found.columns)[0],
      ];
      const wide = { ...v, type: { kind: 'string' as const }, native: { system: 'postgres', type: 'text' } };
      const added = { name: 'added', type: { kind: 'int64' as const }, nullable: true };
      const staged = await stage(session, TARGET, "SELECT 1, 'long enough', NULL, 5", {
        columns: [added, id, wide, w],
        changes: [
          { kind: 'widen_column', column: wide, from: v.type },
          { kind: 'drop_not_null', column: 'w' },
          { kind: 'add_column', column: added },
        ],
      });
      await swap(session, staged);
      const columns = (await dumpCatalog(db)).filter(
        (line) => line.startsWith('column public.t ') || line.startsWith('constraint public.t '),
      );
      expect(columns.join('\n')).to.contain('column public.t 2 v text t').and.contain('column public.t 3 w integer f');
      expect(columns.join('\n')).to.contain('"C"').and.contain("'a'").and.contain('column public.t 4 added bigint f');
      expect(columns.filter((line) => line.includes('NOT NULL w'))).to.deep.equal([]);
    });

    it('adds constraints that were not valid as ones that hold, for every row is a new one', async () => {
      await using open = await openDatabase(major);
      const { db, session } = open;
      await db.sql(`create table p (id int primary key); insert into p values (1);
        create table t (id int primary key, p int); insert into t values (1, 7), (2, -1);
        alter table t add constraint c check (p > 0) not valid, add constraint f foreign key (p) references p not valid;
        create table child (t int); insert into child values (99);
        alter table child add constraint r foreign key (t) references t not valid`);
      await swap(session, await stage(session, TARGET, 'SELECT 1, 1'));
      const valid = await db.sql(
        `select conname, convalidated from pg_constraint where conname in ('c', 'f', 'r') order by 1`,
      );
      expect(valid).to.deep.equal([
        { conname: 'c', convalidated: true },
        { conname: 'f', convalidated: true },
        { conname: 'r', convalidated: false },
      ]);
    });

    it('makes a new table of staging', async () => {
      await using open = await openDatabase(major);
      const { db, session } = open;
      await db.sql('create schema elsewhere');
      const columns = [
        { name: 'Id', type: { kind: 'int32' as const }, nullable: false },
        { name: 'v', type: { kind: 'string' as const }, nullable: true },
      ];
      const target = { schema: 'public', name: 'Select' };
      await db.sql('create table expected ("Id" integer not null, v text)');
      await db.sql('alter table expected rename to "Select"');
      if (major >= 18)
        await db.sql('alter table "Select" rename constraint "expected_Id_not_null" to "Select_Id_not_null"');
      const expected = await dumpCatalog(db);
      await db.sql('drop table "Select"');
      for (const schema of ['public', 'elsewhere']) {
        const names = stagingNames(LOAD_ID, target, schema);
        await db.sql(`create table ${names.rows} ("Id" integer, v text); comment on table ${names.rows} is 'staging'`);
        const load = program(target, columns, [{ kind: 'create_table', schema: { columns } }]);
        await session.transaction(doing, async () => {
          for (const sql of newTableStatements(load, names)) await session.run(sql, doing);
        });
        expect(await dumpCatalog(db)).to.deep.equal(expected);
        await db.sql('drop table "Select"');
      }
    });

    it('stages columns in the order of the target, new ones last', async () => {
      await using open = await openDatabase(major);
      await open.db.sql('create table t (c int, "B" int, a int)');
      const column = (name: string) => ({ name, type: { kind: 'int32' as const }, nullable: true });
      const ordered = stagingColumnsInTargetOrder(
        await facts(open.session, TARGET),
        ['n', 'a', 'm', 'B', 'c'].map(column),
      );
      expect(ordered.map((c) => c.name)).to.deep.equal(['c', 'B', 'a', 'n', 'm']);
    });
  });
}

/** In the server's own folder: no path on the machine is needed (https://www.postgresql.org/docs/current/runtime-config-developer.html). */
const createInPlaceTablespace = async (db: TestDatabase['db'], name: string): Promise<void> => {
  // Neither statement may stand in one text with another, nor does the setting outlive a connection.
  await db.sql(`alter role current_user in database "${db.name}" set allow_in_place_tablespaces = on`);
  await db.sql(`create tablespace ${name} location ''`);
};
