import { freshDatabase, postgresMajors, type FreshDatabase } from '@dpone/test-services';
import { isDponeError, type Json } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import { expect } from 'chai';
import { Client } from 'pg';
import { request, useSource } from './support/use-source.js';
import { cdcStep, noRows, replay, type CdcStep } from './support/cdc-step.js';

for (const major of await postgresMajors())
  describe(`changes by the log of Postgres ${major}`, function () {
    this.timeout(120_000);
    let db: FreshDatabase;
    beforeEach(async () => {
      db = await freshDatabase({ major });
    });
    afterEach(() => db?.drop());

    const step = (name: string, state: Json, options?: Parameters<typeof cdcStep>[2]): Promise<CdcStep> =>
      cdcStep({ connection: db.uri, table: { name } }, state, options);
    const slots = async (): Promise<string[]> =>
      (
        await db.sql<{ slot_name: string }>(
          `SELECT slot_name FROM pg_replication_slots WHERE database = '${db.name}' ORDER BY 1`,
        )
      ).map((row) => row.slot_name);
    const publications = async (): Promise<number> => (await db.sql('SELECT FROM pg_publication')).length;
    /** As events say times. */
    const clock = async (): Promise<string> =>
      (
        await db.sql<{ at: string }>(
          `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`,
        )
      )[0]!.at;
    const byId = (rows: readonly Row[]): Row[] => rows.toSorted((a, b) => Number(a['id']) - Number(b['id']));
    const brief = (rows: readonly Row[], ...names: string[]): unknown[][] =>
      rows.map((row) => ['_cdc_op', ...names].map((name) => row[name]));

    it('begins with the table and goes on with what commits, in order', async () => {
      await db.sql(`CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'a'), (2, 'b')`);
      const first = await step('t', null);
      expect(brief(byId(first.rows), 'id', 'name')).to.deep.equal([
        ['read', 1, 'a'],
        ['read', 2, 'b'],
      ]);
      expect(await slots()).to.deep.equal(['dpone_public_t']);
      const before = await clock();
      await db.sql(`INSERT INTO t VALUES (3, 'c'); UPDATE t SET name = 'B' WHERE id = 2; DELETE FROM t WHERE id = 1`);
      await db.sql(`UPDATE t SET id = 30 WHERE id = 3`);
      await db.sql(`TRUNCATE t; INSERT INTO t VALUES (9, NULL)`);
      const second = await step('t', first.state);
      expect(brief(second.rows, 'id', 'name', '_cdc_old_key')).to.deep.equal([
        ['insert', 3, 'c', null],
        ['update', 2, 'B', null],
        ['delete', 1, null, null],
        ['update', 30, 'c', '{"id":3}'],
        ['truncate', null, null, null],
        ['insert', 9, null, null],
      ]);
      const seq = [...first.rows, ...second.rows].map((row) => row['_cdc_seq'] as bigint);
      expect(seq.every((n, at) => at < 2 || n > seq[at - 1]!)).to.equal(true);
      const at = second.rows.map((row) => row['_cdc_committed_at'] as string);
      expect(at[0]).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      const times = [before, ...at, await clock()];
      expect(times).to.deep.equal(times.toSorted());
      expect((await step('t', second.state)).rows).to.deep.equal([]);
    });

    it('loses and repeats nothing while others write, and goes on after loads that were given up', async () => {
      await db.sql(`CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL, doc text); ALTER TABLE t ALTER doc SET STORAGE EXTERNAL;
        INSERT INTO t SELECT i, 0, repeat(i::text, 2000) FROM generate_series(1, 200) i`);
      let stopped = false;
      const writer = async (seed: number): Promise<void> => {
        const client = new Client(db.uri);
        await client.connect();
        let random = seed;
        const next = (below: number): number => {
          random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
          return Math.floor((random / 2_147_483_648) * below);
        };
        while (!stopped) {
          const id = 1 + next(300);
          const statements = [
            `INSERT INTO t VALUES (${id}, 1, repeat('x', 3000)) ON CONFLICT DO NOTHING`,
            `UPDATE t SET n = n + 1 WHERE id = ${id}`,
            `DELETE FROM t WHERE id = ${id}`,
            `UPDATE t SET id = ${1000 + next(1_000_000)} WHERE id = ${id}`,
            `BEGIN; SAVEPOINT s; UPDATE t SET n = n + 7 WHERE id = ${id}; ROLLBACK TO s; UPDATE t SET doc = repeat('y', 4000) WHERE id = ${id + 1}; COMMIT`,
            `BEGIN; DELETE FROM t WHERE id < ${id}; ROLLBACK`,
            ...(next(60) === 0 ? ['TRUNCATE t'] : []),
          ];
          await client.query(statements[next(statements.length)]!).catch(() => client.query('ROLLBACK'));
        }
        await client.end();
      };
      // A TRUNCATE right behind the place where the slot begins is an error that says to run again.
      const begun = (): Promise<CdcStep> =>
        step('t', null).catch((error: unknown) => {
          if (isDponeError(error) && error.code === 'DPONE_SOURCE_CHANGED') return begun();
          throw error;
        });
      const writers = [writer(1), writer(2), writer(3)];
      try {
        let { rows, state } = await begun();
        const all = [...rows];
        for (let at = 0; at < 6; at++) {
          if (at % 2 === 0) await step('t', state, { ends: 'killed' });
          ({ rows, state } = await step('t', state));
          all.push(...rows);
        }
        stopped = true;
        await Promise.all(writers);
        ({ rows } = await step('t', state));
        all.push(...rows);
        expect(all.length).to.be.greaterThan(400);
        const now = await db.sql<Row>('SELECT id, n, doc FROM t');
        expect(replay(all, noRows)).to.deep.equal(new Map(now.map((row) => [String(row['id']), { ...row }])));
      } finally {
        stopped = true;
        await Promise.allSettled(writers);
      }
    });

    it('leaves a transaction that commits later to the load that comes then', async () => {
      await db.sql('CREATE TABLE t (id int PRIMARY KEY)');
      const first = await step('t', null);
      const late = new Client(db.uri);
      await late.connect();
      await late.query('BEGIN; INSERT INTO t VALUES (1)');
      await db.sql('INSERT INTO t VALUES (2)');
      const second = await step('t', first.state, { opened: async () => void (await late.query('COMMIT')) });
      await late.end();
      expect(brief(second.rows, 'id')).to.deep.equal([['insert', 2]]);
      const third = await step('t', second.state);
      expect(brief(third.rows, 'id')).to.deep.equal([['insert', 1]]);
    });

    it('says which large values an update left as they were, and has them with a full identity', async () => {
      await db.sql(`CREATE TABLE t (id int PRIMARY KEY, n int, doc text); ALTER TABLE t ALTER doc SET STORAGE EXTERNAL;
        INSERT INTO t VALUES (1, 0, repeat('d', 9000))`);
      const first = await step('t', null);
      await db.sql('UPDATE t SET n = 1');
      await db.sql('ALTER TABLE t REPLICA IDENTITY FULL; UPDATE t SET n = 2; UPDATE t SET id = 5; DELETE FROM t');
      const { rows } = await step('t', first.state);
      expect(brief(rows, 'id', 'n', 'doc', '_cdc_unchanged', '_cdc_old_key')).to.deep.equal([
        ['update', 1, 1, null, '["doc"]', null],
        ['update', 1, 2, 'd'.repeat(9000), null, null],
        ['update', 5, 2, 'd'.repeat(9000), null, '{"id":1}'],
        ['delete', 5, 2, 'd'.repeat(9000), null, null],
      ]);
    });

    it('leaves no trace where it is only looked at, given up, or undone', async () => {
      await db.sql('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
      await useSource({ connection: db.uri, table: { name: 't' } }, async (source) => {
        await (await source.open(request({ scope: { cursor: 'cdc' } }))).close();
        expect([await slots(), await publications()]).to.deep.equal([[], 0]);
        const read = await source.open(request({ scope: { cursor: 'cdc' } }));
        const data = await read.data(read.partitions[0]!, { id: 'rows', transport: 'rows' });
        if (data.transport !== 'rows') throw new Error(data.transport);
        const first = await data.batches[Symbol.asyncIterator]().next();
        expect(first.done).to.not.equal(true);
        await read.close();
      });
      expect([await slots(), await publications()]).to.deep.equal([[], 0]);
      await step('t', null, { ends: 'undone' });
      expect([await slots(), await publications()]).to.deep.equal([[], 0]);
    });

    it('keeps the slot of the state until a new beginning has committed, and drops what a killed one left', async () => {
      await db.sql('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
      const first = await step('t', null);
      await step('t', null, { ends: 'killed' });
      await step('t', null, { ends: 'undone' });
      expect(await slots()).to.deep.equal(['dpone_public_t', 'dpone_public_t__2']);
      await db.sql('INSERT INTO t VALUES (2)');
      expect(brief((await step('t', first.state)).rows, 'id')).to.deep.equal([['insert', 2]]);
      const anew = await step('t', null);
      expect(await slots()).to.deep.equal(['dpone_public_t__3']);
      await db.sql('INSERT INTO t VALUES (3)');
      expect(brief((await step('t', anew.state)).rows, 'id')).to.deep.equal([['insert', 3]]);
    });

    it('passes over the other tables of a publication', async () => {
      await db.sql(`CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE other (id int PRIMARY KEY, what text);
        CREATE PUBLICATION dpone_public_t FOR ALL TABLES`);
      const first = await step('t', null);
      await db.sql(
        `BEGIN; INSERT INTO other VALUES (1, 'x'); INSERT INTO t VALUES (1); UPDATE other SET what = 'y'; COMMIT; TRUNCATE other; TRUNCATE other, t`,
      );
      expect(brief((await step('t', first.state)).rows, 'id')).to.deep.equal([
        ['insert', 1],
        ['truncate', null],
      ]);
    });

    it('reads a partitioned table as one', async () => {
      await db.sql(`CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
        CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE t2 (v text, id int NOT NULL PRIMARY KEY);
        ALTER TABLE t ATTACH PARTITION t2 FOR VALUES FROM (10) TO (20); INSERT INTO t VALUES (1, 'a'), (11, 'b')`);
      const first = await step('t', null);
      expect(brief(byId(first.rows), 'id', 'v')).to.deep.equal([
        ['read', 1, 'a'],
        ['read', 11, 'b'],
      ]);
      await db.sql(`INSERT INTO t VALUES (12, 'c'); UPDATE t SET v = 'A' WHERE id = 1; DELETE FROM t WHERE id = 11`);
      expect(brief((await step('t', first.state)).rows, 'id', 'v')).to.deep.equal([
        ['insert', 12, 'c'],
        ['update', 1, 'A'],
        ['delete', 11, null],
      ]);
    });
  });
