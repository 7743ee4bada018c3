import { API_VERSION, fail, type LoadRef, type RollbackProgram, type SinkContext } from '@dpone/sdk';
import { postgresMajors } from '@dpone/test-services';
import { expect } from 'chai';
import { besideTarget, copyToBackup } from '../dist/backup-sql.js';
import { postgresSink } from '../dist/definitions.js';
import { doing, LOAD_ID, openDatabase, type TestDatabase } from './support/swap-session.js';

const BY = '01JDPQ00000000000000000009';

for (const major of await postgresMajors())
  describe(`a rollback on Postgres ${major}`, function () {
    this.timeout(120_000);
    let open: TestDatabase;
    beforeEach(async () => {
      open = await openDatabase(major);
    });
    afterEach(() => open[Symbol.asyncDispose]());

    const context = (name: string): SinkContext<never, never> => ({
      apiVersion: API_VERSION,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      signal: new AbortController().signal,
      clock: { now: () => new Date() },
      workdir: '.',
      tempDir: () => Promise.resolve('.'),
      limits: { memoryBytes: 2 ** 28, threads: 2 },
      codecs: { for: () => Promise.reject(fail('DPONE_INTERNAL', 'no codecs here')) },
      connection: postgresSink.connection!.parse(open.db.uri) as never,
      options: postgresSink.options.parse({ keep_backup: true }) as never,
      table: { schema: 'public', name },
      step: () => Promise.resolve(),
    });
    const refOf = (name: string, loadId: string, fence: number): LoadRef => ({
      loadId,
      runId: loadId,
      process: 'orders',
      target: { schema: 'public', name },
      startedAt: '2026-01-01T00:00:00.000Z',
      fence,
    });

    /** Keeps the table as a load does, lets `wrong` happen to it, and undoes that. */
    async function undo(name: string, wrong: string) {
      for (const sql of copyToBackup(refOf(name, LOAD_ID, 1)).slice(1)) await open.session.run(sql, doing);
      await open.db.sql(wrong);
      const sink = await postgresSink.create(context(name));
      try {
        const lock = await sink.lock({ loadId: BY, host: 'test', pid: 1 }, 0);
        const load = refOf(name, BY, lock.fence);
        const { loadId, runId, process, startedAt, fence } = load;
        const program: RollbackProgram = {
          load,
          undoes: LOAD_ID,
          state: null,
          receipt: {
            loadId,
            runId,
            process,
            startedAt,
            fence,
            target: name,
            strategy: 'rollback',
            rowsStaged: 0,
            rowsRejected: 0,
            detail: { rollback_of: LOAD_ID },
          },
        };
        expect((await sink.rollback!.backup(LOAD_ID))?.statements.at(-1)).to.equal('COMMIT');
        return { result: await sink.rollback!.restore(program) };
      } finally {
        await sink.close();
      }
    }

    it('leaves keys, identity, generated columns, rights and references as they are', async () => {
      await open.db.sql(`create table orders (id int generated always as identity primary key, v text not null,
          g int generated always as (length(v)) stored, check (v <> 'x'));
        comment on table orders is 'ours'; create index by_v on orders (v);
        insert into orders (v) values ('a'), ('bb');
        create table lines (order_id int references orders deferrable initially deferred);
        insert into lines values (1)`);
      const { result } = await undo(
        'orders',
        "insert into orders (v) values ('wrong'); update orders set v = 'zzz' where id = 1",
      );
      expect(result).to.deep.equal({ inserted: 2, updated: 0, deleted: 3, finalRows: 2 });
      expect(await open.db.sql('select * from orders order by id')).to.deep.equal([
        { id: 1, v: 'a', g: 1 },
        { id: 2, v: 'bb', g: 2 },
      ]);
      const failed = besideTarget('failed', LOAD_ID, { schema: 'public', name: 'orders' }).name;
      expect(await open.db.sql(`select id, v from "${failed}" order by id`)).to.deep.equal([
        { id: 1, v: 'zzz' },
        { id: 2, v: 'bb' },
        { id: 3, v: 'wrong' },
      ]);
      // The key, the check, the index, the comment and the sequence are those of before.
      await open.db.sql("insert into orders (v) values ('next')");
      expect(await open.db.sql("select id from orders where v = 'next'")).to.deep.equal([{ id: 4 }]);
      expect(await open.db.sql("select obj_description('orders'::regclass) as it")).to.deep.equal([{ it: 'ours' }]);
    });

    it('takes columns that came with the load for empty, and keeps values that were widened', async () => {
      await open.db.sql('create table t (a int); insert into t values (1), (2)');
      await undo('t', 'alter table t alter a type bigint, add b text; insert into t values (2 ^ 40, 0)');
      expect(await open.db.sql('select a::text, b from t order by a')).to.deep.equal([
        { a: '1', b: null },
        { a: '2', b: null },
      ]);
    });

    it('refuses to delete rows of other tables, and changes nothing', async () => {
      await open.db.sql(`create table t (a int primary key); insert into t values (1);
        create table child (a int references t on delete cascade); insert into child values (1)`);
      const error = await undo('t', 'insert into t values (2)').catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', 'DPONE_CAPABILITY');
      expect(await open.db.sql('select count(*)::int as n from t')).to.deep.equal([{ n: 2 }]);
      expect(await open.db.sql('select count(*)::int as n from child')).to.deep.equal([{ n: 1 }]);
    });

    it('puts a table back that somebody has dropped', async () => {
      await open.db.sql('create table t (a int); insert into t values (1)');
      const { result } = await undo('t', 'drop table t');
      expect(result).to.include({ inserted: 1, deleted: 0 });
      expect(await open.db.sql('select a from t')).to.deep.equal([{ a: 1 }]);
    });

    it('keeps names within what the server reads of them', async () => {
      const name = `Ünïcode "${'ü'.repeat(20)}`;
      await open.db.sql(`create table "${name.replaceAll('"', '""')}" (a int)`);
      const { result } = await undo(name, 'select 1');
      expect(result).to.include({ inserted: 0, deleted: 0 });
      for (const what of ['backup', 'failed'] as const)
        expect(Buffer.byteLength(besideTarget(what, LOAD_ID, { name }).name)).to.be.at.most(63);
    });
  });
