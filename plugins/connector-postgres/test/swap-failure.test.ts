import { postgresMajors } from '@dpone/test-services';
import { expect } from 'chai';
import { holdDefinition } from '../dist/swap.js';
import { dumpCatalog } from './support/dump-catalog.js';
import { doing, openDatabase, openSession, stage, swap } from './support/swap-session.js';

const TARGET = { schema: 'public', name: 't' };

for (const major of await postgresMajors())
  describe(`a swap on Postgres ${major} that fails`, function () {
    this.timeout(120_000);

    const FULL = `create table p (id int primary key); insert into p values (1);
      create table t (id int primary key, v int not null references p); insert into t values (1, 1), (2, 1);
      create table c (t int constraint fk references t on delete cascade); insert into c values (1), (2);
      comment on table t is 'old'`;

    for (const [name, rows, said] of [
      ['a row that another table refers to is gone', 'SELECT 1, 1', /"fk"/],
      ['a row refers to nothing', 'VALUES (1, 1), (2, 9)', /t_v_fkey/],
      ['a key comes twice', 'VALUES (1, 1), (2, 1), (2, 1)', /could not create unique index/],
      ['a NULL comes', 'VALUES (1, 1), (2, NULL)', /contains null values/],
    ] as const)
      it(`leaves everything as it was where ${name}`, async () => {
        await using open = await openDatabase(major);
        const { db, session } = open;
        await db.sql(FULL);
        const staged = await stage(session, TARGET, rows);
        const before = await dumpCatalog(db);
        const error = await swap(session, staged).catch((thrown: unknown) => thrown);
        expect(String(error)).to.match(said);
        expect(await dumpCatalog(db)).to.deep.equal(before);
        expect(await db.sql('select id, v from t order by id')).to.deep.equal([
          { id: 1, v: 1 },
          { id: 2, v: 1 },
        ]);
        expect(await db.sql('select t from c order by t')).to.deep.equal([{ t: 1 }, { t: 2 }]);
      });

    it('gives up where the table stays in use, and leaves everything as it was', async () => {
      await using open = await openDatabase(major);
      const { db, session } = open;
      await db.sql(FULL);
      const staged = await stage(session, TARGET, 'VALUES (1, 1), (2, 1), (3, 1)');
      const before = await dumpCatalog(db);
      const reader = await openSession(db);
      await reader.begin(doing);
      await reader.rows('SELECT id FROM t', doing);
      const error = await swap(session, staged, "SET LOCAL lock_timeout = '50ms'").catch((thrown: unknown) => thrown);
      expect((error as { code?: string }).code).to.equal('DPONE_TARGET_LOCKED');
      expect(await reader.count('SELECT count(*) FROM t', doing)).to.equal(2);
      await reader.close();
      expect(await dumpCatalog(db)).to.deep.equal(before);
      await swap(session, staged);
      expect(await db.sql('select count(*)::int as rows from t')).to.deep.equal([{ rows: 3 }]);
    });

    for (const [what, sql] of [
      ['somebody granted something', 'grant select on t to public'],
      ['somebody granted something on a column', 'grant select (v) on t to public'],
      ['another table has its name', 'alter table t rename to u; create table t (like u including all)'],
    ] as const)
      it(`gives up where ${what} meanwhile`, async () => {
        await using open = await openDatabase(major);
        const { db, session } = open;
        await db.sql('create table t (id int, v int)');
        const staged = await stage(session, TARGET, 'SELECT 1, 1');
        await db.sql(sql);
        const before = await dumpCatalog(db);
        const error = await swap(session, staged).catch((thrown: unknown) => thrown);
        expect(String(error)).to.contain('have changed');
        expect(await dumpCatalog(db)).to.deep.equal(before);
      });

    it('lets rows be read and written, and its definition not be changed, while it is prepared', async () => {
      await using open = await openDatabase(major);
      const { db, session } = open;
      await db.sql('create table t (id int, v int)');
      await session.transaction(doing, async () => {
        await session.run(holdDefinition(TARGET), doing);
        await db.sql('insert into t values (1, 1); select * from t');
        const error = await db
          .sql("set lock_timeout = '50ms'; create index on t (v)")
          .catch((thrown: unknown) => thrown);
        expect(String(error)).to.contain('lock timeout');
      });
    });
  });
