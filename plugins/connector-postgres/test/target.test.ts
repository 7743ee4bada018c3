import { isDponeError, type Column } from '@dpone/sdk';
import { postgresMajors } from '@dpone/test-services';
import { expect } from 'chai';
import { queryColumns, tableColumns, tableFacts, toSchema } from '../dist/target.js';
import { uniqueOn } from '../dist/unique-on.js';
import { doing, facts, openDatabase, type TestDatabase } from './support/swap-session.js';

const natives = (columns: readonly Column[]): string[] => columns.map((c) => `${c.name} ${c.native!.type}`);
const table = (name: string, schema = 'public') => ({ schema, name });

for (const major of await postgresMajors())
  describe(`what the catalog of Postgres ${major} says`, function () {
    this.timeout(120_000);
    let open: TestDatabase;

    before(async () => {
      open = await openDatabase(major);
      await open.db.sql(`create schema "Other One"; create domain "Other One".short as varchar(7) not null;
        create domain "Other One"."Shorter" as "Other One".short; create domain "Other One".ids as int[];
        create type "Other One".mood as enum ('ok'); create type "Other One".pair as (a int, b text);
        create table t (b int not null, gone int, "A" "Other One"."Shorter", ids "Other One".ids, m "Other One".mood,
          ms "Other One".mood[], ds "Other One".short[], p "Other One".pair, n numeric(5, 2), i interval, x char, c "char",
          ts timestamptz(0), id int generated always as identity, g int generated always as (b + 1) stored,
          primary key (n, b), unique (m) deferrable, unique (ids, m));
        alter table t drop column gone; comment on column t."A" is 'said'; comment on table t is 'of t';
        create unique index partial on t (ts) where b > 1; create unique index expression on t ((b + 1), m);
        create view v as select "A", n from t; create materialized view mv as select n from t;
        create table parted (id int) partition by range (id);
        create table parted_1 partition of parted for values from (0) to (10);
        create table parted_2 partition of parted for values from (10) to (20) partition by range (id);
        create table parted_2a partition of parted_2 for values from (10) to (15);
        insert into parted select i % 15 from generate_series(1, 3000) as i; analyze parted;
        create table parent (id int); create table heir () inherits (parent);
        insert into parent values (1), (2); insert into heir values (3); analyze parent; analyze heir;
        create table empty (); create table never (id int); create sequence s`);
    });
    after(() => open?.[Symbol.asyncDispose]());

    const COLUMNS = [
      'b integer',
      'A character varying(7)',
      'ids integer[]',
      'm "Other One".mood',
      'ms "Other One".mood[]',
      'ds "Other One".short[]',
      'p "Other One".pair',
      'n numeric(5,2)',
      'i interval',
      'x character(1)',
      'c "char"',
      'ts timestamp(0) with time zone',
      'id integer',
      'g integer',
    ];

    it('columns have the base type of a domain and types of users their schema', async () => {
      const found = (await tableColumns(open.session, table('t'), doing))!;
      expect(natives(found.columns)).to.deep.equal(COLUMNS);
      expect(found.columns[1]).to.deep.equal({
        name: 'A',
        type: { kind: 'string', length: 7 },
        nullable: true,
        native: { system: 'postgres', type: 'character varying(7)' },
        comment: 'said',
      });
      expect(found.columns.filter((c) => c.generated === true).map((c) => c.name)).to.deep.equal(['g']);
      expect(found.columns.filter((c) => !c.nullable).map((c) => c.name)).to.deep.equal(['b', 'n', 'id']);
      expect(found.primaryKey).to.deep.equal(['n', 'b']);
      expect(found.kind).to.equal('table');
    });

    it('a virtual column is a generated one', async function () {
      const kind = major >= 18 ? 'virtual' : 'stored';
      await open.db.sql(`create table made (a int, b int generated always as (a) ${kind})`);
      const found = (await tableColumns(open.session, table('made'), doing))!;
      expect(found.columns.map((c) => c.generated)).to.deep.equal([undefined, true]);
    });

    it('the whole says the same of columns as the short form', async () => {
      for (const name of ['t', 'v', 'mv', 'parted', 'empty']) {
        const whole = await facts(open.session, table(name));
        const short = (await tableColumns(open.session, table(name), doing))!;
        expect(whole.columns, name).to.deep.equal(short.columns);
        expect([whole.kind, whole.oid, whole.primaryKey], name).to.deep.equal([
          short.kind,
          short.oid,
          short.primaryKey,
        ]);
        expect(toSchema(whole)).to.deep.equal({
          columns: short.columns,
          ...(name === 't' ? { primaryKey: ['n', 'b'] } : {}),
        });
      }
    });

    it('kinds, children and estimates', async () => {
      const said = async (name: string) => {
        const { kind, hasChildren, reltuples, relpages } = (await tableColumns(open.session, table(name), doing))!;
        return [kind, hasChildren, reltuples, relpages > 0];
      };
      expect(await said('v')).to.deep.equal(['view', false, major >= 14 ? -1 : 0, false]);
      expect(await said('mv')).to.deep.equal(['materialized view', false, major >= 14 ? -1 : 0, false]);
      expect(await said('parted')).to.deep.equal(['partitioned table', true, 3000, true]);
      expect(await said('parent')).to.deep.equal(['table', true, 3, true]);
      expect(await said('heir')).to.deep.equal(['table', false, 1, true]);
      expect(await said('never')).to.deep.equal(['table', false, major >= 14 ? -1 : 0, false]);
    });

    it('what is no table is not there', async () => {
      for (const name of ['nothing', 's', 'T', 't_pkey', "o'clock \\"]) {
        expect(await tableColumns(open.session, table(name), doing), name).to.equal(null);
        expect(await tableFacts(open.session, table(name), doing), name).to.equal(null);
      }
      expect(await tableFacts(open.session, table('t', 'Other One'), doing)).to.equal(null);
      expect((await tableFacts(open.session, { name: 't' }, doing))?.comment).to.equal('of t');
    });

    it('identity columns and the keys that ON CONFLICT can use', async () => {
      const found = await facts(open.session, table('t'));
      expect(found.identity).to.deep.equal(['id']);
      const usable = [['b', 'n'], ['m', 'ids'], ['m'], ['ts'], ['b'], []].filter((key) => uniqueOn(found, key));
      expect(usable).to.deep.equal([
        ['b', 'n'],
        ['m', 'ids'],
      ]);
      for (const key of usable)
        await open.db.sql(
          `insert into t (b, n, "A") select 1, 1, 'x' where false on conflict (${key.join()}) do nothing`,
        );
    });

    it('leaves the search path of a session and of a transaction as it was', async () => {
      const { session } = open;
      const path = async (): Promise<unknown> => (await session.row('SHOW search_path', doing))!['search_path'];
      await session.run('SET search_path = "Other One", public', doing);
      await tableFacts(session, table('t'), doing);
      expect(await path()).to.equal('"Other One", public');
      await session.transaction(doing, async () => {
        await session.run('SET LOCAL search_path = "Other One"', doing);
        await tableFacts(session, table('t'), doing);
        expect(await path()).to.equal('"Other One"');
      });
      expect(await path()).to.equal('"Other One", public');
      await session.run('RESET search_path', doing);
    });

    describe('of a query', () => {
      it('columns are those of its tables, all nullable', async () => {
        const columns = await queryColumns(open.session, 'SELECT * FROM t -- all', doing);
        expect(natives(columns)).to.deep.equal(COLUMNS);
        expect(columns.every((c) => c.nullable)).to.equal(true);
        expect(
          natives(
            await queryColumns(open.session, 'SELECT 1 AS "X y", \'a\' AS b, NULL AS c, 1.5::numeric(4,1) d', doing),
          ),
        ).to.deep.equal(['X y integer', 'b text', 'c text', 'd numeric(4,1)']);
        expect(await queryColumns(open.session, 'SELECT', doing)).to.deep.equal([]);
      });

      it('is not carried out', async () => {
        await queryColumns(open.session, "SELECT nextval('s') FROM generate_series(1, 3)", doing);
        expect(await open.db.sql('select is_called from s')).to.deep.equal([{ is_called: false }]);
      });

      for (const [what, sql, said] of [
        ['a name that comes twice', 'SELECT 1 AS a, 2 AS a', 'two columns named a'],
        ['a second statement', 'SELECT 1) AS q; DROP TABLE t; SELECT (1', 'cannot insert multiple commands'],
        ['a statement that writes', 'DELETE FROM t RETURNING b', 'syntax error'],
        ['a column that is not there', 'SELECT nothing FROM t', 'column "nothing" does not exist'],
      ] as const)
        it(`${what} is refused`, async () => {
          const error = await queryColumns(open.session, sql, doing).catch((thrown: unknown) => thrown);
          expect(isDponeError(error), String(error)).to.equal(true);
          expect(String(error)).to.contain(said);
          expect(await tableColumns(open.session, table('t'), doing)).to.not.equal(null);
        });
    });
  });
