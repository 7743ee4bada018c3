import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import type { PgTarget } from '../dist/columnar/field-writer.js';
import { toPgCopy } from '../dist/columnar/parquet-to-pg-copy.js';
import { openPlainParquet } from '../dist/columnar/plain-parquet-file.js';
import { copyOf, PLAIN, transcodeTo, workbench, type Workbench } from './support/columnar-files.js';
import {
  COPY_HEADER,
  COPY_TRAILER,
  copyBinary,
  decimal,
  decodeNumeric,
  readCopy,
  TYPES,
  type BinaryType,
} from './support/columnar-pg-binary.js';

const NAMES = Object.keys(TYPES) as (keyof typeof TYPES)[];
const ALL: readonly BinaryType[] = NAMES.map((name) => TYPES[name]);
const TARGETS = NAMES.map((name) => ({ name: `c_${name}`, ...TYPES[name].pg }));
const DECLARED = NAMES.map((name) => `c_${name} ${TYPES[name].duck}`).join(', ');

/** The same without what says that all is NULL or not: pages with dictionaries, and pages of version 2. */
const WAYS = {
  'plain pages': PLAIN,
  'pages with dictionaries': 'FORMAT parquet, COMPRESSION uncompressed, PARQUET_VERSION v1',
} as const;

describe('Parquet to binary copy', () => {
  let bench: Workbench;
  before(async () => {
    bench = await workbench();
  });
  after(() => bench.close());

  /** A copy of one column that a query of DuckDB gives. */
  const copied = async (query: string, target: Omit<PgTarget, 'name'>, options: string = PLAIN): Promise<Buffer> => {
    const path = bench.path('one.parquet');
    await bench.run(`COPY (${query}) TO '${path}' (${options})`);
    return copyOf(path, [{ name: 'price', ...target }]);
  };
  const fields = async (
    query: string,
    target: Omit<PgTarget, 'name'>,
    type: Pick<BinaryType, 'decode'>,
  ): Promise<(string | null)[]> =>
    readCopy(await copied(query, target)).map(([field]) => (field ? type.decode(field) : null));
  const refusal = (query: string, target: Omit<PgTarget, 'name'>, options?: string): Promise<string> =>
    copied(query, target, options).then(
      () => 'nothing',
      (error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`,
    );

  for (const [way, options] of Object.entries(WAYS))
    it(`keeps every value that DuckDB writes, in ${way}`, async () => {
      const path = bench.path('duck.parquet');
      const row = fc.tuple(...ALL.map((type) => fc.option(type.values)));
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 25 }), async (rows) => {
          const tuples = rows.map(
            (r) => `(${r.map((value, c) => (value === null ? 'NULL' : ALL[c]!.literal(value))).join(', ')})`,
          );
          await bench.run(`CREATE OR REPLACE TABLE any_rows (${DECLARED})`);
          await bench.run(`INSERT INTO any_rows VALUES ${tuples.join(', ')}`);
          await bench.run(`COPY any_rows TO '${path}' (${options})`);
          const read = readCopy(await copyOf(path, TARGETS));
          expect(read.map((r) => r.map((field, c) => (field === null ? null : ALL[c]!.decode(field))))).to.deep.equal(
            rows,
          );
        }),
        { numRuns: 40 },
      );
    });

  it('gives back the bytes that a Parquet file was made of', async () => {
    const path = bench.path('identity.parquet');
    const columns = NAMES.map((name) => ({ name: `c_${name}`, type: TYPES[name].type, nullable: true }));
    const row = fc.tuple(...ALL.map((type) => fc.option(type.values)));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
        const bytes = copyBinary(rows.map((r) => r.map((value, c) => (value === null ? null : ALL[c]!.encode(value)))));
        await transcodeTo(path, columns, [bytes], { rowGroupRows: 13 });
        expect((await copyOf(path, TARGETS)).equals(bytes)).to.equal(true);
      }),
      { numRuns: 60 },
    );
  });

  it('divides many row groups between copies, none of whose pieces is large', async () => {
    const path = bench.path('groups.parquet');
    await bench.run(`COPY (SELECT range AS n, CASE WHEN range % 10 < 3 THEN NULL ELSE 'text ' || range END AS t,
      CAST(range AS DECIMAL(20, 2)) AS d FROM range(200000)) TO '${path}' (${PLAIN}, ROW_GROUP_SIZE 20480)`);
    const targets: PgTarget[] = [
      { name: 'n', type: 'int8' },
      { name: 't', type: 'text' },
      { name: 'd', type: 'numeric' },
    ];
    const file = await openPlainParquet(path);
    try {
      expect(file.rowGroups.map(({ rows }) => rows)).to.deep.equal([
        ...Array.from({ length: 9 }, () => 20_480),
        15_680,
      ]);
      const seen = new Set<number>();
      const wrong: unknown[] = [];
      for (const share of [[0, 2, 4, 6, 8], [1, 3, 5, 7], [9]]) {
        const parts: Buffer[] = [];
        for await (const part of toPgCopy(file, share, targets)) parts.push(Buffer.from(part));
        expect(Math.max(...parts.map((part) => part.length))).to.be.below(300_000);
        for (const [n, t, d] of readCopy(Buffer.concat(parts))) {
          const number = Number(n!.readBigInt64BE());
          seen.add(number);
          const said = number % 10 < 3 ? undefined : `text ${number}`;
          if (t?.toString() !== said || decodeNumeric(d!) !== `${number}.00`) wrong.push(number);
        }
      }
      expect(wrong).to.deep.equal([]);
      expect(seen.size).to.equal(200_000);
    } finally {
      await file.close();
    }
  });

  it('keeps long values between short ones', async () => {
    const query = `SELECT repeat(chr(97 + CAST(i AS INT)), n) AS t FROM (VALUES (0, 0), (1, 1), (2, 255), (3, 256),
      (4, 257), (5, 300000), (6, 3), (7, 5000000), (8, 7)) v(i, n)`;
    const lengths = [0, 1, 255, 256, 257, 300_000, 3, 5_000_000, 7];
    for (const type of ['text', 'json', 'jsonb'] as const) {
      const rows = readCopy(await copied(query, { type }));
      const more = type === 'jsonb' ? Buffer.of(1) : Buffer.alloc(0);
      expect(rows.length).to.equal(lengths.length);
      rows.forEach(([field], i) =>
        expect(field!.equals(Buffer.concat([more, Buffer.alloc(lengths[i]!, 97 + i)])), `${type} ${i}`).to.equal(true),
      );
    }
    expect(
      readCopy(await copied(query.replace('AS t', '::BLOB AS t'), { type: 'bytea' })).map(([f]) => f!.length),
    ).to.deep.equal(lengths);
  });

  it('copies nothing but header and trailer of an empty file', async () => {
    const copy = await copied('SELECT 1 AS n WHERE false', { type: 'int4' });
    expect(copy.equals(Buffer.concat([COPY_HEADER, COPY_TRAILER]))).to.equal(true);
  });

  it('turns numbers into wider and narrower types where the value allows it', async () => {
    const whole = (type: 'int2' | 'int4' | 'int8', text: string, duck: string) =>
      fields(`SELECT CAST(x AS ${duck}) AS x FROM (VALUES ('${text}'), (NULL)) v(x)`, { type }, TYPES[type]);
    expect(await whole('int2', '-32768', 'BIGINT')).to.deep.equal(['-32768', null]);
    expect(await whole('int2', '255', 'UTINYINT')).to.deep.equal(['255', null]);
    expect(await whole('int4', '4000', 'DECIMAL(18,0)')).to.deep.equal(['4000', null]);
    expect(await whole('int8', '4294967295', 'UINTEGER')).to.deep.equal(['4294967295', null]);
    expect(await whole('int8', '-7', 'TINYINT')).to.deep.equal(['-7', null]);
    expect(await whole('int8', '9223372036854775807', 'UBIGINT')).to.deep.equal(['9223372036854775807', null]);
    const number = (duck: string, text: string, scale: number) =>
      fields(`SELECT CAST('${text}' AS ${duck}) AS x`, { type: 'numeric' }, decimal(38, scale));
    expect(await number('UBIGINT', '18446744073709551615', 0)).to.deep.equal(['18446744073709551615']);
    expect(await number('BIGINT', '-9223372036854775808', 0)).to.deep.equal(['-9223372036854775808']);
    expect(await number('UINTEGER', '4294967295', 0)).to.deep.equal(['4294967295']);
    expect(await number('SMALLINT', '-10000', 0)).to.deep.equal(['-10000']);
    expect(await fields('SELECT 1.5::FLOAT AS x', { type: 'float8' }, TYPES.float8)).to.deep.equal([
      '3ff8000000000000',
    ]);
    expect(await fields('SELECT 1.5::DOUBLE AS x', { type: 'float4' }, TYPES.float4)).to.deep.equal([
      '3ff8000000000000',
    ]);
    expect(await fields("SELECT '-inf'::DOUBLE AS x", { type: 'float4' }, TYPES.float4)).to.deep.equal([
      'fff0000000000000',
    ]);
    expect(await fields('SELECT 3::INT AS x', { type: 'float8' }, TYPES.float8)).to.deep.equal(['4008000000000000']);
  });

  it('turns units of time and dates into what Postgres keeps, infinity too', async () => {
    const at = (query: string, type: 'timestamp' | 'timestamptz' | 'date' | 'time') =>
      fields(`SELECT ${query} AS x`, { type }, TYPES[type]);
    expect(await at("TIMESTAMP_MS '1999-12-31 23:59:59.999'", 'timestamp')).to.deep.equal(['-1000']);
    expect(await at("TIMESTAMP_S '1999-12-31 23:59:58'", 'timestamp')).to.deep.equal(['-2000000']);
    expect(await at("TIMESTAMP_NS '1969-12-31 23:59:59.999999'", 'timestamp')).to.deep.equal(['-946684800000001']);
    expect(await at("TIMESTAMP_NS '2000-01-01 00:00:00.000001'", 'timestamp')).to.deep.equal(['1']);
    expect(await at("DATE '1999-12-31'", 'timestamp')).to.deep.equal(['-86400000000']);
    expect(await at("TIME_NS '00:00:01.000002'", 'time')).to.deep.equal(['1000002']);
    const [max, min] = ['9223372036854775807', '-9223372036854775808'];
    for (const [name, value] of [
      ['infinity', max],
      ['-infinity', min],
    ] as const) {
      for (const duck of ['TIMESTAMP', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'DATE'])
        expect(await at(`'${name}'::${duck}`, 'timestamp'), `${name} ${duck}`).to.deep.equal([value]);
      expect(await at(`'${name}'::TIMESTAMPTZ`, 'timestamptz')).to.deep.equal([value]);
    }
    expect(await at("'infinity'::DATE", 'date')).to.deep.equal(['2147483647']);
    expect(await at("'-infinity'::DATE", 'date')).to.deep.equal(['-2147483648']);
  });

  it('refuses values that the target cannot hold, naming the column', async () => {
    const out = 'DPONE_VALUE_OUT_OF_RANGE: column price: ';
    const nul = `${out}a text has a NUL character (U+0000), which Postgres cannot hold`;
    for (const text of [
      'chr(0)',
      "'abc' || chr(0)",
      "'abcdefg' || chr(0) || 'h'",
      "repeat('é', 300) || chr(0)",
      "chr(0) || repeat('x', 300)",
    ])
      for (const type of ['text', 'json'] as const)
        expect(await refusal(`SELECT ${text} AS x`, { type }), text).to.equal(nul);
    expect(await refusal("SELECT 'abc\u0080' || repeat('é', 300) AS x", { type: 'text' })).to.equal('nothing');
    expect(await refusal('SELECT 32768 AS x', { type: 'int2' })).to.equal(`${out}a number does not fit int2`);
    expect(await refusal('SELECT -2147483649 AS x', { type: 'int4' })).to.equal(`${out}a number does not fit int4`);
    expect(await refusal('SELECT 9223372036854775807 AS x', { type: 'int4' })).to.equal(
      `${out}a number does not fit int4`,
    );
    expect(await refusal('SELECT 9223372036854775808::UBIGINT AS x', { type: 'int8' })).to.equal(
      `${out}a number does not fit int8`,
    );
    expect(await refusal('SELECT 0.1::DOUBLE AS x', { type: 'float4' })).to.equal(`${out}a number does not fit float4`);
    expect(await refusal('SELECT 9007199254740993 AS x', { type: 'float8' })).to.equal(
      `${out}a number does not fit float8`,
    );
    const numeric = { type: 'numeric', precision: 6, scale: 2 } as const;
    for (const value of ['10000::INT', '-1234567890123::BIGINT', '0.001::DECIMAL(30,3)', '12345.67::DECIMAL(9,2)'])
      expect(await refusal(`SELECT ${value} AS x`, numeric), value).to.equal(
        `${out}a number has more digits than numeric(6,2)`,
      );
    expect(await refusal('SELECT 9999.990::DECIMAL(30,3) AS x', numeric)).to.equal('nothing');
    const span = `${out}a timestamp is outside of 4713 BC to 294276 AD`;
    for (const duck of [
      "'4714-11-23 (BC) 23:59:59.999999'::TIMESTAMP",
      "'290000-01-01 (BC) 00:00:00'::TIMESTAMP",
      "'4714-11-23 (BC)'::DATE",
    ])
      expect(await refusal(`SELECT ${duck} AS x`, { type: 'timestamp' }), duck).to.equal(span);
    expect(await refusal("SELECT '4714-11-24 (BC) 00:00:00'::TIMESTAMP AS x", { type: 'timestamp' })).to.equal(
      'nothing',
    );
    const dates = `${out}a date is outside of 4713 BC to 5874897 AD`;
    for (const duck of ["'4714-11-23 (BC)'::DATE", "'5874898-01-01'::DATE"])
      expect(await refusal(`SELECT ${duck} AS x`, { type: 'date' }), duck).to.equal(dates);
    const fine = 'a fraction of a second has more than';
    expect(await refusal("SELECT TIMESTAMP_NS '2000-01-01 00:00:00.000000001' AS x", { type: 'timestamp' })).to.equal(
      `${out}${fine} 6 digits`,
    );
    expect(await refusal("SELECT TIME_NS '00:00:00.000000001' AS x", { type: 'time' })).to.equal(
      `${out}${fine} 6 digits`,
    );
    for (const [query, type] of [
      ["TIMESTAMP '1999-12-31 23:59:59.9999'", 'timestamp'],
      ["TIME '00:00:00.0001'", 'time'],
    ] as const) {
      expect(await refusal(`SELECT ${query} AS x`, { type, precision: 3 })).to.equal(`${out}${fine} 3 digits`);
      expect(await refusal(`SELECT ${query} AS x`, { type, precision: 4 })).to.equal('nothing');
    }
  });

  it('refuses columns whose meaning is another', async () => {
    const pairs: [string, PgTarget['type']][] = [
      ["'a'", 'bytea'],
      ["'a'::BLOB", 'text'],
      ['1.5::DECIMAL(4,1)', 'int4'],
      ['1.5::DOUBLE', 'numeric'],
      ["TIMESTAMP '2000-01-01'", 'timestamptz'],
      ["TIMESTAMPTZ '2000-01-01 00:00:00+00'", 'timestamp'],
      ['1', 'bool'],
      ['uuid()', 'text'],
      ["TIMETZ '10:00:00+01'", 'time'],
      ["INTERVAL '1 day'", 'text'],
      ['[1, 2]', 'text'],
    ];
    for (const [query, type] of pairs)
      expect(await refusal(`SELECT ${query} AS price`, { type }), query).to.match(/^DPONE_NO_LANE: column price/);
  });

  it('refuses files that are not plain, and what is no file of the kind', async () => {
    const query = "SELECT range AS price, 'x' || range AS t FROM range(5000)";
    expect(await refusal(query, { type: 'int8' }, 'FORMAT parquet, COMPRESSION zstd')).to.match(
      /^DPONE_INTERNAL.*compressed/,
    );
    const path = bench.path('delta.parquet');
    await bench.run(`COPY (${query}) TO '${path}' (FORMAT parquet, COMPRESSION uncompressed, PARQUET_VERSION v2)`);
    const targets: PgTarget[] = [
      { name: 'price', type: 'int8' },
      { name: 't', type: 'text' },
    ];
    const code = (attempt: Promise<unknown>): Promise<string> =>
      attempt.then(
        () => 'nothing',
        (error: unknown) => (error as { code: string }).code,
      );
    expect(await code(copyOf(path, targets))).to.equal('DPONE_SOURCE_READ');
    expect(await code(copyOf(path, targets.slice(1)))).to.equal('DPONE_INTERNAL');
    expect(await code(copyOf(bench.path('absent.parquet'), targets))).to.equal('DPONE_SOURCE_READ');
    for (const content of ['', 'PAR1PAR1', 'PAR1 and no more than that', `PAR1....${'\xff\xff\0\0'}PAR1`]) {
      await writeFile(path, content, 'latin1');
      expect(await code(copyOf(path, targets)), content).to.equal('DPONE_SOURCE_READ');
    }
  });
});
