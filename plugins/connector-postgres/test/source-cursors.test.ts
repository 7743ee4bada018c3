import { freshDatabase, postgresMajors, type FreshDatabase } from '@dpone/test-services';
import type { Json, ReadRequest } from '@dpone/sdk';
import { expect } from 'chai';
import { Client } from 'pg';
import { connection, sourceOptions } from '../dist/options.js';
import { openServer } from '../dist/server.js';
import { xminCursor } from '../dist/xmin.js';
import { failure, request, rowsOf, useSource } from './support/use-source.js';

for (const major of await postgresMajors())
  describe(`increments of Postgres ${major}`, function () {
    this.timeout(120_000);
    let db: FreshDatabase;
    let tables = 0;
    before(async () => {
      db = await freshDatabase({ major });
    });
    after(() => db?.drop());

    async function table(columns: string, values = ''): Promise<string> {
      const name = `t${++tables}`;
      await db.sql(`CREATE TABLE ${name} (${columns});${values === '' ? '' : `INSERT INTO ${name} VALUES ${values};`}`);
      return name;
    }

    /** The ids that an increment reads, and the state that it leaves. */
    async function step(name: string, change: Partial<ReadRequest>): Promise<{ ids: number[]; state: Json }> {
      return useSource({ connection: db.uri, table: { name } }, async (source, c) => {
        const read = await source.open(request(change));
        const rows = await rowsOf(read, c);
        await read.close();
        const { advance } = read;
        let state: Json = change.state ?? null;
        if (advance.kind === 'value') state = JSON.parse(JSON.stringify(advance.state)) as Json;
        if (advance.kind === 'max') {
          const values = rows.flatMap((row) => (row[advance.column] as string | bigint | null) ?? []);
          if (values.length > 0) state = values.reduce((a, b) => (a > b ? a : b)).toString();
        }
        return { ids: rows.map((row) => Number(row['id'])).sort((a, b) => a - b), state };
      });
    }

    const byColumn = (column: string, more: Partial<ReadRequest> = {}): Partial<ReadRequest> => ({
      scope: { cursor: 'column', column },
      ...more,
    });
    const byXmin = (state: Json, more: Partial<ReadRequest> = {}): Partial<ReadRequest> => ({
      scope: { cursor: 'xmin' },
      state,
      mayRepeat: true,
      ...more,
    });

    describe('by a column', () => {
      it('keeps microseconds, and takes ties again where rows may repeat', async () => {
        const name = await table(
          'id int, at timestamptz',
          "(1, '2026-01-01 00:00:00.000001Z'), (2, '2026-01-01 00:00:00.000002Z')",
        );
        const first = await step(name, byColumn('at'));
        expect(first).to.deep.equal({ ids: [1, 2], state: '2026-01-01T00:00:00.000002Z' });
        await db.sql(
          `INSERT INTO ${name} VALUES (3, '2026-01-01 00:00:00.000002Z'), (4, '2026-01-01 00:00:00.000003Z')`,
        );
        expect((await step(name, byColumn('at', { state: first.state }))).ids).to.deep.equal([4]);
        expect((await step(name, byColumn('at', { state: first.state, mayRepeat: true }))).ids).to.deep.equal([
          2, 3, 4,
        ]);
      });

      it('takes rows without a value with the first load alone', async () => {
        const name = await table('id int, at date', "(1, '2026-01-01'), (2, NULL)");
        const first = await step(name, byColumn('at'));
        expect(first.ids).to.deep.equal([1, 2]);
        await db.sql(`INSERT INTO ${name} VALUES (3, NULL), (4, '2026-01-02')`);
        expect((await step(name, byColumn('at', { state: first.state }))).ids).to.deep.equal([4]);
      });

      it('misses what commits late with a smaller value, as documented', async () => {
        const name = await table('id int, n bigint', '(1, 10)');
        const late = new Client(db.uri);
        await late.connect();
        await late.query(`BEGIN; INSERT INTO ${name} VALUES (2, 11)`);
        await db.sql(`INSERT INTO ${name} VALUES (3, 12)`);
        const first = await step(name, byColumn('n'));
        expect(first).to.deep.equal({ ids: [1, 3], state: '12' });
        await late.query('COMMIT');
        await late.end();
        expect((await step(name, byColumn('n', { state: first.state }))).ids).to.deep.equal([]);
      });

      it('orders texts by their bytes', async () => {
        const name = await table('id int, word text COLLATE "C"', "(1, 'B'), (2, 'a')");
        expect((await step(name, byColumn('WORD', { state: 'Z' }))).ids).to.deep.equal([2]);
      });

      it('refuses a column that is not there or says nothing of time, and a value that nothing follows', async () => {
        const name = await table('id int, at timestamp, doc jsonb');
        expect((await failure(() => step(name, byColumn('att')))).code).to.equal('DPONE_SOURCE_NOT_FOUND');
        expect((await failure(() => step(name, byColumn('doc')))).code).to.equal('DPONE_OPTION_CONFLICT');
        expect((await failure(() => step(name, byColumn('at', { state: 'infinity' })))).code).to.equal(
          'DPONE_OPTION_CONFLICT',
        );
      });
    });

    describe('by xmin', () => {
      it('takes what was inserted and updated, and what committed late', async () => {
        const name = await table('id int, n int', '(1, 0), (2, 0), (3, 0)');
        const first = await step(name, byXmin(null));
        expect(first.ids).to.deep.equal([1, 2, 3]);
        const late = new Client(db.uri);
        await late.connect();
        await late.query(
          `BEGIN; INSERT INTO ${name} VALUES (4, 0); SAVEPOINT s; INSERT INTO ${name} VALUES (5, 0); RELEASE s`,
        );
        await db.sql(`UPDATE ${name} SET n = 1 WHERE id = 2; INSERT INTO ${name} VALUES (6, 0)`);
        const second = await step(name, byXmin(first.state));
        expect(second.ids).to.include.members([2, 6]).and.not.include(4).and.not.include(5);
        await late.query('COMMIT');
        await late.end();
        const third = await step(name, byXmin(second.state));
        // What was read while the late one was open comes again.
        expect(third.ids).to.include.members([4, 5]).and.not.include(1).and.not.include(3);
        expect((await step(name, byXmin(third.state))).ids).to.deep.equal([]);
      });

      it('goes on over VACUUM FREEZE and a rewritten table', async () => {
        const name = await table('id int', '(1)');
        const first = await step(name, byXmin(null));
        await db.sql(`INSERT INTO ${name} VALUES (2)`);
        await db.sql(`VACUUM (FREEZE) ${name}`);
        const second = await step(name, byXmin(first.state));
        expect(second.ids).to.deep.equal([2]);
        await db.sql(`INSERT INTO ${name} VALUES (3)`);
        await db.sql(`VACUUM (FULL, FREEZE) ${name}`);
        expect((await step(name, byXmin(second.state))).ids).to.deep.equal([3]);
      });

      it('reads a partition whole that was attached since, and no other', async () => {
        const name = `p${++tables}`;
        await db.sql(`CREATE TABLE ${name} (id int NOT NULL) PARTITION BY RANGE (id);
          CREATE TABLE ${name}_1 PARTITION OF ${name} FOR VALUES FROM (0) TO (10); INSERT INTO ${name} VALUES (1), (2);
          CREATE TABLE ${name}_2 (id int NOT NULL); INSERT INTO ${name}_2 VALUES (11), (12);`);
        const first = await step(name, byXmin(null));
        expect(first.ids).to.deep.equal([1, 2]);
        await db.sql(
          `ALTER TABLE ${name} ATTACH PARTITION ${name}_2 FOR VALUES FROM (10) TO (20); INSERT INTO ${name} VALUES (3)`,
        );
        const second = await step(name, byXmin(first.state));
        expect(second.ids).to.deep.equal([3, 11, 12]);
        expect((await step(name, byXmin(second.state))).ids).to.deep.equal([]);
      });

      it('refuses to go on with another table, server, timeline, or too far away', async () => {
        const name = await table('id int', '(1)');
        const { state } = (await step(name, byXmin(null))) as { state: Record<string, Json> };
        const changed: readonly (readonly [string, Json])[] = [
          ['another server', { ...state, system: '1' }],
          ['taken over', { ...state, timeline: 99 }],
          ['behind', { ...state, xmin: String(BigInt(state['xmin'] as string) + 1000n) }],
          ['another table', { ...state, table: '1' }],
        ];
        for (const [why, before] of changed) {
          const { code, text } = await failure(() => step(name, byXmin(before)));
          expect(code, why).to.equal('DPONE_SOURCE_CHANGED');
          expect(text).to.contain(why);
        }
        await db.sql(`DROP TABLE ${name}; CREATE TABLE ${name} (id int)`);
        expect((await failure(() => step(name, byXmin(state)))).text).to.contain('another table');
      });

      it('refuses to go on where the counter may have gone round in between', async () => {
        const server = openServer(connection.parse(db.uri), sourceOptions.parse({}));
        try {
          const session = await server.session();
          const ask = (xmax: bigint, state: Json): Promise<unknown> => {
            const snapshot = { id: '', text: '', xmin: String(xmax), xmax: String(xmax), lsn: null };
            const input = { session, snapshot, label: 'public.t', table: '1', parts: ['1'] };
            return xminCursor(input, { state, mayRepeat: true }, { what: 'reading', code: 'DPONE_SOURCE_READ' });
          };
          const { state } = (await ask(1000n, null)) as { state: Json };
          expect(await ask(1000n + 2n ** 30n, state)).to.have.property('condition');
          expect((await failure(() => ask(1000n + 2n ** 31n, state))).code).to.equal('DPONE_SOURCE_CHANGED');
          // Beyond the first round a row's number is the counter without it.
          const later = (await ask(2n ** 32n + 77n, null)) as { state: Json };
          expect(await ask(2n ** 32n + 99n, later.state)).to.have.property('condition', "age(xmin) <= age('77'::xid)");
        } finally {
          await server.close();
        }
      });

      it('refuses a load that only adds rows, a view, a query, and a state of something else', async () => {
        const name = await table('id int', '(1)');
        await db.sql(`CREATE VIEW ${name}_v AS SELECT * FROM ${name}`);
        expect((await failure(() => step(name, byXmin(null, { mayRepeat: false })))).code).to.equal(
          'DPONE_OPTION_CONFLICT',
        );
        expect((await failure(() => step(`${name}_v`, byXmin(null)))).code).to.equal('DPONE_CAPABILITY');
        expect((await failure(() => step(name, byXmin('2026-01-01')))).code).to.equal('DPONE_INPUT_INVALID');
      });
    });
  });
