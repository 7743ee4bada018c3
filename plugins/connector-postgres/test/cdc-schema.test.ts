import { freshDatabase, postgresMajors, type FreshDatabase } from '@dpone/test-services';
import type { Json } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import { expect } from 'chai';
import { cdcStep, type CdcStep } from './support/cdc-step.js';
import { failure } from './support/use-source.js';

for (const major of await postgresMajors())
  describe(`changes of a table whose form changes, Postgres ${major}`, function () {
    this.timeout(120_000);
    let db: FreshDatabase;
    let first: CdcStep;
    beforeEach(async () => {
      db = await freshDatabase({ major });
      await db.sql('CREATE TABLE t (id int PRIMARY KEY, a text, b int)');
      first = await step(null);
    });
    afterEach(() => db?.drop());

    const step = (state: Json, options?: Parameters<typeof cdcStep>[2]): Promise<CdcStep> =>
      cdcStep({ connection: db.uri, table: { name: 't' } }, state, options);
    /** Each event without its own columns. */
    const plain = (rows: readonly Row[]): Row[] =>
      rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('_cdc_'))));
    const changes = async (sql: string): Promise<Row[]> => {
      await db.sql(sql);
      return plain((await step(first.state)).rows);
    };

    it('gives NULL for a column that the log does not have yet', async () => {
      expect(
        await changes(
          `INSERT INTO t VALUES (1, 'x', 1); ALTER TABLE t ADD c int DEFAULT 7; INSERT INTO t VALUES (2, 'y', 2)`,
        ),
      ).to.deep.equal([
        { id: 1, a: 'x', b: 1, c: null },
        { id: 2, a: 'y', b: 2, c: 7 },
      ]);
    });

    it('leaves out a column that is dropped by now, in the middle of a transaction too', async () => {
      expect(
        await changes(
          `BEGIN; INSERT INTO t VALUES (1, 'x', 1); ALTER TABLE t DROP a; INSERT INTO t VALUES (2, 2); COMMIT`,
        ),
      ).to.deep.equal([
        { id: 1, b: 1 },
        { id: 2, b: 2 },
      ]);
    });

    it('follows a renaming, also one that gives a name to another column', async () => {
      expect(
        await changes(
          `INSERT INTO t VALUES (1, 'x', 1); ALTER TABLE t RENAME a TO name; INSERT INTO t VALUES (2, 'y', 2)`,
        ),
      ).to.deep.equal([
        { id: 1, name: 'x', b: 1 },
        { id: 2, name: 'y', b: 2 },
      ]);
    });

    it('follows a dropped column whose name another one takes', async () => {
      expect(
        await changes(
          `INSERT INTO t VALUES (1, 'x', 1); ALTER TABLE t DROP a; INSERT INTO t VALUES (2, 2); ALTER TABLE t RENAME b TO a; INSERT INTO t VALUES (3, 3)`,
        ),
      ).to.deep.equal([
        { id: 1, a: 1 },
        { id: 2, a: 2 },
        { id: 3, a: 3 },
      ]);
    });

    it('follows two columns that change their names', async () => {
      expect(
        await changes(
          `INSERT INTO t VALUES (1, 'x', 1); BEGIN; ALTER TABLE t RENAME a TO c; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME c TO b; COMMIT; INSERT INTO t VALUES (2, 'y', 2)`,
        ),
      ).to.deep.equal([
        { id: 1, b: 'x', a: 1 },
        { id: 2, b: 'y', a: 2 },
      ]);
    });

    it('passes over a column that came and went, and refuses one that may have become another', async () => {
      expect(
        await changes(`ALTER TABLE t ADD c int; INSERT INTO t VALUES (1, 'x', 1, 1); ALTER TABLE t DROP c`),
      ).to.deep.equal([{ id: 1, a: 'x', b: 1 }]);
      await db.sql(
        `ALTER TABLE t ADD d int; INSERT INTO t VALUES (2, 'x', 1, 1); ALTER TABLE t DROP d; ALTER TABLE t ADD e int`,
      );
      const { code, text } = await failure(() => step(first.state));
      expect(code).to.equal('DPONE_SOURCE_READ');
      expect(text).to.contain('d,').and.contain('state reset');
    });

    it('reads a narrower type as the wider one of now, and refuses what would be a guess', async () => {
      expect(
        await changes(
          `INSERT INTO t VALUES (1, 'x', 5); ALTER TABLE t ALTER b TYPE bigint; INSERT INTO t VALUES (2, 'y', 6)`,
        ),
      ).to.deep.equal([
        { id: 1, a: 'x', b: 5n },
        { id: 2, a: 'y', b: 6n },
      ]);
      await db.sql(`ALTER TABLE t ALTER b TYPE text`);
      const { code, text } = await failure(() => step(first.state));
      expect(code).to.equal('DPONE_SOURCE_READ');
      expect(text).to.contain('b as integer').and.contain('text now');
      // A column that is not read is of no matter.
      expect(plain((await step(first.state, { columns: ['id', '_cdc_op'] })).rows)).to.deep.equal([
        { id: 1 },
        { id: 2 },
      ]);
    });

    it('knows a form that is younger than the plan from the table itself', async () => {
      const { rows, state } = await step(first.state, {
        opened: async () => void (await db.sql(`ALTER TABLE t ADD c int; INSERT INTO t VALUES (1, 'x', 1, 1)`)),
      });
      expect(rows).to.deep.equal([]);
      expect(plain((await step(state)).rows)).to.deep.equal([{ id: 1, a: 'x', b: 1, c: 1 }]);
    });

    it('leaves computed columns out, and keeps every type exactly', async () => {
      await db.sql(`CREATE TYPE mood AS ENUM ('so so', 'fine'); CREATE DOMAIN cents AS numeric(12, 2);
        CREATE TABLE v (id bigint PRIMARY KEY, twice bigint GENERATED ALWAYS AS (id * 2) STORED, m mood, d cents, n numeric, f float8, r real,
        y bytea, ts timestamp(3), tz timestamptz, da date, ti time, i interval, u uuid, j json, jb jsonb, ar text[], ok bool, ip inet)`);
      const values = `'fine', 12.30, 'NaN', 0.1, 1e30, '\\x00ff', '2024-02-29 01:02:03.456', '2024-02-29 01:02:03.456789+02', '0044-03-15 BC',
        '12:34:56', '1 year 2 days 03:04:05.6', '00112233-4455-6677-8899-aabbccddeeff', '{"a": 1,  "a": 2}', '{"b": 12345678901234567890.10}',
        ARRAY['a"b', NULL, 'NULL', ''], true, '10.0.0.1'`;
      const of = { connection: db.uri, table: { name: 'v' } };
      await db.sql(
        `INSERT INTO v (id, m, d, n, f, r, y, ts, tz, da, ti, i, u, j, jb, ar, ok, ip) VALUES (9007199254740993, ${values})`,
      );
      const snapshot = await cdcStep(of, null);
      expect(snapshot.rows[0]).to.not.have.property('twice');
      await db.sql(
        `DELETE FROM v; INSERT INTO v (id, m, d, n, f, r, y, ts, tz, da, ti, i, u, j, jb, ar, ok, ip) VALUES (9007199254740993, ${values})`,
      );
      const { rows } = await cdcStep(of, snapshot.state);
      expect(rows[0]).to.include({ _cdc_op: 'delete', id: 9007199254740993n });
      expect(plain([rows[1]!])).to.deep.equal(plain([snapshot.rows[0]!]));
    });
  });
