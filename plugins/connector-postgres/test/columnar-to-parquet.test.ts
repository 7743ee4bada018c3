import { expect } from 'chai';
import fc from 'fast-check';
import { PgCopyToParquet } from '../dist/columnar/pg-copy-to-parquet.js';
import { transcode, transcodeTo, workbench, type Workbench } from './support/columnar-files.js';
import {
  COPY_HEADER,
  COPY_TRAILER,
  copyBinary,
  copyRow,
  encodeNumeric,
  fromDuck,
  TYPES,
  type BinaryType,
} from './support/columnar-pg-binary.js';

const NAMES = Object.keys(TYPES) as (keyof typeof TYPES)[];
const ALL: readonly BinaryType[] = NAMES.map((name) => TYPES[name]);
const COLUMNS = NAMES.map((name) => ({ name: `c_${name}`, type: TYPES[name].type, nullable: true }));
const READ = NAMES.map((name) => TYPES[name].read(`c_${name}`)).join(', ');

const chunked = fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 8 });
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) chunks.push(bytes.subarray(at, (at += size)));
  return [...chunks, bytes.subarray(at)];
}

const int4 = TYPES.int4.encode;
const text = TYPES.text.encode;

/** The code and message of what a copy with one column is refused with. */
async function refusal(type: BinaryType['type'], bytes: Buffer, nullable = true): Promise<string> {
  try {
    await transcode([{ name: 'price', type, nullable }], [bytes]);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
  return 'nothing';
}
const refusedValue = (type: BinaryType['type'], field: Buffer | null, nullable = true): Promise<string> =>
  refusal(type, copyBinary([[field]]), nullable);

describe('binary copy to Parquet', () => {
  let bench: Workbench;
  before(async () => {
    bench = await workbench();
  });
  after(() => bench.close());

  it('keeps every value of every type', async () => {
    const path = bench.path('any.parquet');
    const row = fc.tuple(...ALL.map((type) => fc.option(type.values)));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), chunked, async (rows, sizes) => {
        const bytes = copyBinary(rows.map((r) => r.map((value, c) => (value === null ? null : ALL[c]!.encode(value)))));
        await transcodeTo(path, COLUMNS, cut(bytes, sizes), { rowGroupRows: 11 });
        const read = await bench.rows(`SELECT ${READ} FROM '${path}'`);
        expect(read.map((r) => r.map(fromDuck))).to.deep.equal(rows);
      }),
      { numRuns: 60 },
    );
  });

  for (const compression of ['none', 'gzip', 'zstd'] as const)
    it(`keeps 200,000 rows in row groups and pages of their own, ${compression}`, async () => {
      const path = bench.path('many.parquet');
      const rows = 200_000;
      const chunks = function* (): Generator<Buffer> {
        yield COPY_HEADER;
        for (let first = 0; first < rows; first += 1000)
          yield Buffer.concat(
            Array.from({ length: 1000 }, (_, i) => {
              const n = first + i;
              const sometimes = n % 3 === 0 || (n > 50_000 && n < 90_000) ? null : text(`text ${n}`);
              return copyRow([
                int4(String(n)),
                sometimes,
                Buffer.of(n % 5 === 0 ? 1 : 0),
                n % 7 === 0 ? null : Buffer.of(n & 1),
              ]);
            }),
          );
        yield COPY_TRAILER;
      };
      const result = await transcodeTo(
        path,
        [
          { name: 'n', type: { kind: 'int32' }, nullable: false },
          { name: 't', type: { kind: 'string' }, nullable: true },
          { name: 'b', type: { kind: 'bool' }, nullable: false },
          { name: 'm', type: { kind: 'bool' }, nullable: true },
        ],
        chunks(),
        { compression },
      );
      expect(result.rows).to.equal(rows);
      expect(
        await bench.rows(`SELECT count(*), count(DISTINCT n), count(t), count_if(b), count(m), count_if(m)
          FROM '${path}' WHERE (t = 'text ' || n OR t IS NULL AND (n % 3 = 0 OR n > 50000 AND n < 90000))
          AND b = (n % 5 = 0) AND m IS NOT DISTINCT FROM CASE WHEN n % 7 = 0 THEN NULL ELSE n % 2 = 1 END`),
      ).to.deep.equal([[200_000n, 200_000n, 106_667n, 40_000n, 171_428n, 85_714n]]);
      const groups =
        await bench.rows(`SELECT row_group_id, any_value(row_group_num_rows) FROM parquet_metadata('${path}')
        GROUP BY 1 ORDER BY 1`);
      expect(groups.map(([, count]) => count)).to.deep.equal([122_880n, 77_120n]);
      expect(
        await bench
          .rows(`SELECT sum(stats_null_count) FROM parquet_metadata('${path}') GROUP BY column_id
        ORDER BY column_id`)
          .then((nulls) => nulls.map(([n]) => String(n))),
      ).to.deep.equal(['0', '93333', '0', '28572']);
    });

  it('ends a row group where its bytes are enough', async () => {
    const path = bench.path('bytes.parquet');
    const row = copyRow([Buffer.alloc(10_000, 0x61)]);
    const chunks = [COPY_HEADER, ...Array.from({ length: 400 }, () => row), COPY_TRAILER];
    await transcodeTo(path, [{ name: 't', type: { kind: 'string' }, nullable: false }], chunks, {
      rowGroupBytes: 1 << 20,
    });
    const [[groups, rows]] = (await bench.rows(
      `SELECT num_row_groups, num_rows FROM parquet_file_metadata('${path}')`,
    )) as [[bigint, bigint]];
    expect(rows).to.equal(400n);
    expect(Number(groups)).to.be.within(3, 5);
  });

  it('keeps values far longer than its buffers, between short ones', async () => {
    const path = bench.path('wide.parquet');
    const lengths = [0, 1, 255, 256, 257, 300_000, 3, 5_000_000, 2, 262_144, 1_000_003];
    const rows = lengths.map((length, i) => [
      int4(String(i)),
      Buffer.alloc(length, 0x61 + i),
      Buffer.alloc(length % 1000, 0x7a),
    ]);
    const bytes = copyBinary(rows);
    await transcodeTo(
      path,
      [
        { name: 'n', type: { kind: 'int32' }, nullable: false },
        { name: 't', type: { kind: 'string' }, nullable: true },
        { name: 'e', type: { kind: 'bytes' }, nullable: false },
      ],
      Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) => bytes.subarray(i * 65_536, (i + 1) * 65_536)),
    );
    const read = await bench.rows(
      `SELECT length(t), t = repeat(chr(97 + n), length(t)), octet_length(e) FROM '${path}'`,
    );
    expect(read).to.deep.equal(lengths.map((length) => [BigInt(length), true, BigInt(length % 1000)]));
  });

  it('keeps the 1,600 columns that a table can have', async () => {
    const path = bench.path('columns.parquet');
    const columns = Array.from({ length: 1600 }, (_, c) => ({
      name: `c${c}`,
      type: { kind: 'int32' } as const,
      nullable: true,
    }));
    const rows = Array.from({ length: 50 }, (_, r) =>
      columns.map((_c, c) => ((r + c) % 4 === 0 ? null : int4(String(r * c)))),
    );
    await transcodeTo(path, columns, [copyBinary(rows)]);
    const read = await bench.rows(`SELECT * FROM '${path}'`);
    expect(read).to.deep.equal(rows.map((row, r) => row.map((field, c) => (field === null ? null : r * c))));
  });

  it('writes a file without rows, and columns that are NULL throughout', async () => {
    const path = bench.path('empty.parquet');
    expect(await transcodeTo(path, COLUMNS, [copyBinary([])])).to.include({ rows: 0 });
    expect(await bench.rows(`SELECT ${READ} FROM '${path}'`)).to.deep.equal([]);
    const nulls = copyRow(COLUMNS.map(() => null));
    await transcodeTo(path, COLUMNS, [COPY_HEADER, ...Array.from({ length: 40_000 }, () => nulls), COPY_TRAILER]);
    const counts = COLUMNS.map(({ name }) => `count(${name})`).join(', ');
    expect(await bench.rows(`SELECT count(*), ${counts} FROM '${path}'`)).to.deep.equal([
      [40_000n, ...COLUMNS.map(() => 0n)],
    ]);
  });

  it('adds constant columns for a few bytes a row group', async () => {
    const path = bench.path('constants.parquet');
    const constants = [
      { name: 'load_id', type: { kind: 'string' }, value: '01J-é' },
      { name: 'at', type: { kind: 'timestamp', precision: 6, tz: true }, value: '2024-05-06T07:08:09.123456Z' },
      { name: 'day', type: { kind: 'date' }, value: '1969-12-31' },
      { name: 'flag', type: { kind: 'bool' }, value: true },
      { name: 'n', type: { kind: 'int64' }, value: -5 },
      { name: 'price', type: { kind: 'decimal', precision: 20, scale: 2 }, value: '-12.5' },
      { name: 'id', type: { kind: 'uuid' }, value: 'ffeeddcc-bbaa-9988-7766-554433221100' },
      { name: 'none', type: { kind: 'int32' }, value: null },
    ] as const;
    for (const compression of ['none', 'gzip'] as const) {
      const chunks = [COPY_HEADER, ...Array.from({ length: 1000 }, () => copyRow([int4('7')])), COPY_TRAILER];
      const column = [{ name: 'x', type: { kind: 'int32' } as const, nullable: false }];
      await transcodeTo(path, column, chunks, { constants, compression, rowGroupRows: 400 });
      expect(
        await bench.rows(`SELECT DISTINCT x, load_id, epoch_us("at"), day::VARCHAR, flag, n, price::VARCHAR, id::VARCHAR,
          "none", count(*) OVER () FROM '${path}'`),
      ).to.deep.equal([
        [7, '01J-é', 1_714_979_289_123_456n, '1969-12-31', true, -5n, '-12.50', constants[6].value, null, 1000n],
      ]);
      const [[bytes]] = (await bench.rows(
        `SELECT max(total_compressed_size) FROM parquet_metadata('${path}') WHERE path_in_schema <> 'x'`,
      )) as [[bigint]];
      expect(Number(bytes)).to.be.below(130);
    }
  });

  it('refuses values that a Parquet file does not keep, naming the column', async () => {
    const decimal = (precision: number, scale: number) => ({ kind: 'decimal', precision, scale }) as const;
    const special = (sign: number): Buffer => Buffer.of(0, 0, 0, 0, sign, 0, 0, 0);
    const out = 'DPONE_VALUE_OUT_OF_RANGE: column price: ';
    const instant = { kind: 'timestamp', precision: 6, tz: false } as const;
    const max = 9_223_372_036_854_775_807n;
    const numbers: [number, number, string][] = [
      [9, 2, '10000000'],
      [9, 2, '0.001'],
      [9, 2, '-123456789012345678901234567890'],
      [18, 4, '100000000000000'],
      [18, 4, '-100000000000000'],
      [18, 4, '12345678901234.56789'],
      [15, 0, '1000000000000000'],
      [38, 10, '10000000000000000000000000000'],
      [38, 10, '0.00000000001'],
      [38, 38, '1'],
      [4, 4, '0.00001'],
    ];
    for (const [precision, scale, value] of numbers)
      expect(await refusedValue(decimal(precision, scale), encodeNumeric(value, scale)), value).to.equal(
        `${out}a number has more digits than decimal(${precision},${scale})`,
      );
    for (const sign of [0xc0, 0xd0, 0xf0])
      for (const precision of [9, 18, 38])
        expect(await refusedValue(decimal(precision, 2), special(sign))).to.equal(
          `${out}a decimal of a parquet file is neither NaN nor infinite`,
        );
    for (const days of ['2147483647', '-2147483648'])
      expect(await refusedValue({ kind: 'date' }, int4(days))).to.equal(`${out}a parquet file has no infinite dates`);
    for (const micros of [max, -max - 1n])
      expect(await refusedValue(instant, TYPES.int8.encode(String(micros)))).to.equal(
        `${out}a parquet file has no infinite timestamps`,
      );
    for (const micros of [9_223_371_331_199_999_999n, max - 946_684_800_000_000n])
      expect(await refusedValue(instant, TYPES.int8.encode(String(micros)))).to.match(/^DPONE_VALUE.*294247-01-10/);
    expect(await refusedValue(instant, TYPES.int8.encode(String(max - 946_684_800_000_001n)))).to.equal('nothing');
  });

  it('refuses types that a Parquet file does not keep', () => {
    for (const type of [
      { kind: 'decimal', precision: 39, scale: 0 },
      { kind: 'decimal', precision: 3, scale: 5 },
      { kind: 'interval' },
      { kind: 'time', precision: 9 },
      { kind: 'array', item: { kind: 'int32' } },
    ] as const)
      expect(() => new PgCopyToParquet([{ name: 'x', type, nullable: true }], {}, () => {}))
        .to.throw(/column x/)
        .with.property('code', 'DPONE_NO_LANE');
    expect(() => new PgCopyToParquet([], {}, () => {})).to.throw(/at least one column/);
  });

  it('finds out what is not such a copy', async () => {
    const kind = { kind: 'int32' } as const;
    const whole = copyBinary([[int4('1')], [int4('2')]]);
    for (let end = 0; end < whole.length; end++)
      expect(await refusal(kind, whole.subarray(0, end)), `${end} bytes`).to.match(/^DPONE_SOURCE_READ.*ends before/);
    expect(await refusal(kind, Buffer.concat([whole, Buffer.of(0)]))).to.match(/^DPONE_SOURCE_READ.*behind its end/);
    expect(await refusal(kind, Buffer.alloc(100))).to.match(/^DPONE_SOURCE_READ.*signature/);
    const oids = Buffer.from(whole);
    oids.writeInt32BE(0x10000, 11);
    expect(await refusal(kind, oids)).to.match(/^DPONE_SOURCE_READ.*OIDs/);
    expect(await refusal(kind, copyBinary([[int4('1'), int4('2')]]))).to.match(/^DPONE_SOURCE_READ.*2 fields/);
    const huge = Buffer.concat([COPY_HEADER, Buffer.of(0, 1, 0x7f, 0xff, 0xff, 0xff)]);
    expect(await refusal(kind, huge)).to.match(/^DPONE_SOURCE_READ.*2147483647 bytes/);
    const fault = 'DPONE_INTERNAL: column price: ';
    expect(await refusedValue(kind, null, false)).to.equal(`${fault}NULL in a column that is said to have none`);
    for (const { type } of ALL.filter(({ type }) => !['string', 'bytes', 'json'].includes(type.kind)))
      expect(await refusedValue(type, Buffer.alloc(3)), type.kind).to.equal(
        `${fault}a value of 3 bytes is not one of its Postgres type`,
      );
    expect(
      await refusedValue({ kind: 'decimal', precision: 9, scale: 2 }, Buffer.of(0, 2, 0, 0, 0, 0, 0, 0, 0, 1)),
    ).to.match(/^DPONE_INTERNAL/);
  });

  it('skips what a header of a later server may add', async () => {
    const whole = copyBinary([[int4('5')]]);
    const extended = Buffer.concat([whole.subarray(0, 15), Buffer.of(0, 0, 0, 3, 9, 9, 9), whole.subarray(19)]);
    const { file } = await transcode([{ name: 'n', type: { kind: 'int32' }, nullable: false }], [extended]);
    const { file: plain } = await transcode([{ name: 'n', type: { kind: 'int32' }, nullable: false }], [whole]);
    expect(file.equals(plain)).to.equal(true);
  });

  it('says it when the file cannot be written', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => copyRow([int4(String(i))]));
    const failing = new PgCopyToParquet(
      [{ name: 'n', type: { kind: 'int32' }, nullable: false }],
      { rowGroupRows: 1000 },
      () => Promise.reject(new Error('no space left')),
    );
    const attempt = async (): Promise<void> => {
      await failing.push(Buffer.concat([COPY_HEADER, ...rows, COPY_TRAILER]));
      await failing.finish();
    };
    const outcome = await attempt().then(
      () => 'written',
      (error: unknown) => (error as Error).message,
    );
    expect(outcome).to.equal('no space left');
  });
});
