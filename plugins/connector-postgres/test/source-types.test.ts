import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { freshDatabase, postgresMajors, type FreshDatabase } from '@dpone/test-services';
import type { Column } from '@dpone/sdk';
import { expect } from 'chai';
import { Client } from 'pg';
import { from } from 'pg-copy-streams';
import { failure, readAll, request, streamToFile, useSource } from './support/use-source.js';

const TYPES = `
  CREATE TYPE mood AS ENUM ('sad', 'very "happy"', '');
  CREATE TYPE pair AS (a int, b text);
  CREATE DOMAIN short AS varchar(5);
  CREATE TABLE everything (
    id int PRIMARY KEY, mood mood, pair pair, short short, ch char(6), plain numeric, exact numeric(12,2), f4 real, f8 double precision,
    j json, jb jsonb, b bytea, d date, t time, ts timestamp, tz timestamptz(3), iv interval, u uuid, net inet,
    rng int4range, bits bit varying, ints int[], texts text[], moods mood[], computed int GENERATED ALWAYS AS (id * 2) STORED);
  INSERT INTO everything VALUES
    (1, 'very "happy"', ROW(1, 'x,"y"'), 'ab', 'pad', '12345678901234567890.000001', -0.10, 'NaN', '-Infinity',
     '{"a": 1.00000000000000000001,  "a":2}', '{"b": 123456789012345678901234567890}', '\\x00ff5c0a', '2024-02-29', '23:59:59.999999',
     '0001-01-01 00:00:00.5', '2026-10-25 01:30:00.125+02', '-1 year +3 days -04:05:06.7', 'ffffffff-ffff-4fff-bfff-ffffffffffff', '10.0.0.1',
     '[1,5)', '1010', '{1,NULL,-3}', '{"NULL",NULL,"a,b","q\\"\\\\",""," "}', '{sad,""}'),
    (2, '', ROW(NULL, NULL), '', '', '0', 0, '-0', '5e-324', 'null', '[]', '', '9999-12-31', '00:00', '1970-01-01', '1970-01-01 00:00Z',
     '0', '00000000-0000-0000-0000-000000000000', '::1/64', 'empty', '', '{}', '{}', '{}'),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
`;

const EXPECTED: Readonly<Record<string, readonly [unknown, unknown]>> = {
  mood: ['very "happy"', ''],
  pair: ['(1,"x,""y""")', '(,)'],
  short: ['ab', ''],
  ch: ['pad   ', '      '],
  f4: [NaN, -0],
  f8: [-Infinity, 5e-324],
  exact: ['-0.10', '0.00'],
  b: [new Uint8Array([0, 255, 92, 10]), new Uint8Array()],
  d: ['2024-02-29', '9999-12-31'],
  t: ['23:59:59.999999', '00:00:00'],
  ts: ['0001-01-01T00:00:00.500000', '1970-01-01T00:00:00.000000'],
  tz: ['2026-10-24T23:30:00.125Z', '1970-01-01T00:00:00.000Z'],
  u: ['ffffffff-ffff-4fff-bfff-ffffffffffff', '00000000-0000-0000-0000-000000000000'],
  net: ['10.0.0.1', '::1/64'],
  rng: ['[1,5)', 'empty'],
  bits: ['1010', ''],
  computed: [2, 4],
};

/** Forms that differ without differing in value. */
function plain(name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (name === 't' && typeof value === 'string') return value.replace(/\.0+$/, '');
  return value;
}

for (const major of await postgresMajors())
  describe(`the types of Postgres ${major} on every lane`, function () {
    this.timeout(120_000);
    let db: FreshDatabase;
    before(async () => {
      db = await freshDatabase({ major });
      await db.sql(TYPES);
    });
    after(() => db?.drop());
    const everything = () => ({ connection: db.uri, table: { name: 'everything' } });

    it('gives the same bytes back by COPY, whatever the type', async () => {
      const lost = await useSource(everything(), async (source, c) => {
        const read = await source.open(request());
        const found: Record<string, unknown> = {};
        for (const lane of ['pg-copy-binary', 'pg-copy-text'] as const) {
          const { path, sent } = await streamToFile(read, lane, c.workdir);
          await db.sql('DROP TABLE IF EXISTS back; CREATE TABLE back AS TABLE everything WITH NO DATA');
          const client = new Client(db.uri);
          await client.connect();
          const format = lane === 'pg-copy-binary' ? 'binary' : 'text';
          await pipeline(createReadStream(path), client.query(from(`COPY back FROM STDIN (FORMAT ${format})`)));
          await client.end();
          const [row] = await db.sql<{ n: string }>(
            `SELECT count(*) AS n FROM (SELECT everything::text FROM everything EXCEPT ALL SELECT back::text FROM back) AS lost`,
          );
          found[lane] = { sent, lost: Number(row!.n) };
        }
        await read.close();
        return found;
      });
      expect(lost).to.deep.equal({ 'pg-copy-binary': { sent: 3, lost: 0 }, 'pg-copy-text': { sent: 3, lost: 0 } });
    });

    it('offers the binary lane for built-in types alone', async () => {
      const refused = await useSource(everything(), async (source) => {
        const read = await source.open(request());
        const offer = read.lanes.find((lane) => lane.id === 'pg-copy-binary')!;
        await read.close();
        return read.schema.columns.filter((c: Column) => offer.refuses!(c) !== undefined).map((c) => c.name);
      });
      expect(refused).to.deep.equal(['mood', 'pair', 'moods']);
    });

    it('reads typed rows', async () => {
      const [first, second, third] = await readAll(everything());
      for (const [name, [one, two]] of Object.entries(EXPECTED)) {
        expect(plain(name, first![name]), name).to.deep.equal(plain(name, one));
        expect(plain(name, second![name]), name).to.deep.equal(plain(name, two));
        if (name !== 'computed') expect(third![name], name).to.equal(null);
      }
      expect(first).to.deep.include({
        plain: '12345678901234567890.000001',
        j: '{"a": 1.00000000000000000001,  "a":2}',
        jb: '{"b": 123456789012345678901234567890}',
        iv: 'P-1Y3DT-4H-5M-6.7S',
        ints: [1, null, -3],
        texts: ['NULL', null, 'a,b', 'q"\\', '', ' '],
        moods: ['sad', ''],
      });
      expect(second).to.deep.include({ iv: 'PT0S', ints: [], texts: [], moods: [] });
    });

    for (const lane of ['parquet', 'csv'] as const)
      it(`writes the same values to a ${lane} file`, async () => {
        const columns = ['id', ...Object.keys(EXPECTED), 'j', 'jb'];
        const rows = await readAll(everything(), { columns }, lane);
        for (const [name, [one, two]] of Object.entries(EXPECTED)) {
          expect(plain(name, rows[0]![name]), name).to.deep.equal(plain(name, one));
          expect(plain(name, rows[1]![name]), name).to.deep.equal(plain(name, two));
        }
        expect(rows[0]).to.include({ j: '{"a": 1.00000000000000000001,  "a":2}' });
        expect(rows[2]).to.include({ mood: null, ch: null, b: null, pair: null });
      });

    it('refuses what a lane has no form for', async () => {
      const refused = await useSource(everything(), async (source) => {
        const read = await source.open(request());
        await read.close();
        const names = (id: string): string[] => {
          const offer = read.lanes.find((lane) => lane.id === id)!;
          return read.schema.columns.filter((c) => offer.refuses!(c) !== undefined).map((c) => c.name);
        };
        return { parquet: names('parquet'), csv: names('csv'), rows: names('rows') };
      });
      expect(refused).to.deep.equal({
        parquet: ['plain', 'iv', 'ints', 'texts', 'moods'],
        csv: ['iv', 'ints', 'texts', 'moods'],
        rows: [],
      });
    });

    const odd: readonly (readonly [string, string])[] = [
      ['a date that is infinite', "SELECT 'infinity'::date AS odd"],
      ['a timestamp that is infinite', "SELECT '-infinity'::timestamptz AS odd"],
      ['an array of two dimensions', "SELECT '{{1,2},{3,4}}'::int[] AS odd"],
      ['an array that is numbered from 0', "SELECT '[0:1]={1,2}'::int[] AS odd"],
    ];
    for (const [what, query] of odd)
      it(`refuses ${what} on the rows lane by its column`, async () => {
        const { code, text } = await failure(() => readAll({ connection: db.uri, options: { query } }));
        expect(code).to.equal('DPONE_VALUE_OUT_OF_RANGE');
        expect(text).to.contain('odd');
      });

    it('counts years as ISO 8601 does', async () => {
      const query =
        "SELECT '0044-03-15 BC'::date AS d, '0001-01-01 10:00 BC'::timestamp AS ts, '10000-01-01'::date AS late";
      expect(await readAll({ connection: db.uri, options: { query } })).to.deep.equal([
        { d: '-0043-03-15', ts: '0000-01-01T10:00:00.000000', late: '10000-01-01' },
      ]);
    });

    it('writes the constants of a load behind its columns', async () => {
      const constants = [
        { name: 'load', type: { kind: 'string' }, value: "it's 1" },
        { name: 'flag', type: { kind: 'bool' }, value: true },
        { name: 'none', type: { kind: 'int64' }, value: null },
      ] as const;
      const query = 'SELECT g AS id FROM generate_series(1, 2) g ORDER BY 1';
      for (const lane of ['csv', 'parquet'] as const)
        await useSource({ connection: db.uri, options: { query } }, async (source, c) => {
          const read = await source.open(request());
          const data = await read.data(read.partitions[0]!, { id: lane, transport: 'push' });
          if (data.transport !== 'push') throw new Error(data.transport);
          const path = `${c.workdir}/out.${lane}`;
          const to = { lane, path, compression: 'none', format: {} } as const;
          expect((await data.write(to, c.ctx.signal, constants)).rows).to.equal(2);
          const codec = await c.ctx.codecs.for(lane);
          const { columns } = await codec.describe({ lane, paths: [path], compression: 'none', format: {} });
          expect(columns.map((one) => one.name)).to.deep.equal(['id', 'load', 'flag', 'none']);
          const files = { lane, paths: [path], compression: 'none', format: {} } as const;
          const schema = { columns: [...read.schema.columns, ...constants.map((k) => ({ ...k, nullable: true }))] };
          const rows: unknown[] = [];
          for await (const batch of codec.read(files, schema, c.ctx.signal)) rows.push(...batch.columns.slice(1));
          expect(rows).to.deep.equal([
            ["it's 1", "it's 1"],
            [true, true],
            [null, null],
          ]);
          await read.close();
        });
    });
  });
