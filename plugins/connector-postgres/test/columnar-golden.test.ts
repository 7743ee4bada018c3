import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { copyOf, PLAIN, transcode, transcodeTo, workbench, type Workbench } from './support/columnar-files.js';
import { GOLDEN_BYTES, GOLDEN_COLUMNS, GOLDEN_ROWS } from './support/columnar-golden.js';

const TARGETS = GOLDEN_COLUMNS.map(({ name, pg }) => ({ name, ...pg }));
/** DuckDB prints the last instants with zone a millisecond late: their microseconds are compared. */
const AS_TEXT = GOLDEN_COLUMNS.map(({ name }) => `CAST(${name === 'tz' ? 'epoch_us(tz)' : name} AS VARCHAR)`).join(
  ', ',
);

describe('binary copy of every type, as a server sent it', () => {
  let bench: Workbench;
  before(async () => {
    bench = await workbench();
  });
  after(() => bench.close());

  for (const compression of ['none', 'gzip', 'zstd'] as const)
    it(`is read by DuckDB from a Parquet file with pages compressed by ${compression}`, async () => {
      const path = bench.path(`golden-${compression}.parquet`);
      const { rows } = await transcodeTo(path, GOLDEN_COLUMNS, [GOLDEN_BYTES], { compression });
      expect(rows).to.equal(4);
      expect(await bench.rows(`SELECT ${AS_TEXT} FROM '${path}'`)).to.deep.equal(GOLDEN_ROWS);
    });

  it('makes the same file wherever it is cut in two', async () => {
    const { file } = await transcode(GOLDEN_COLUMNS, [GOLDEN_BYTES]);
    for (let at = 1; at < GOLDEN_BYTES.length; at++) {
      const cut = await transcode(GOLDEN_COLUMNS, [GOLDEN_BYTES.subarray(0, at), GOLDEN_BYTES.subarray(at)]);
      expect(cut.file.equals(file), `cut at ${at}`).to.equal(true);
    }
  });

  it('makes the same file where every byte comes alone', async () => {
    const { file } = await transcode(GOLDEN_COLUMNS, [GOLDEN_BYTES]);
    const { file: other } = await transcode(
      GOLDEN_COLUMNS,
      [...GOLDEN_BYTES].map((byte) => Buffer.of(byte)),
    );
    expect(other.equals(file)).to.equal(true);
  });

  it('comes back byte by byte from the Parquet file', async () => {
    const path = bench.path('golden-back.parquet');
    await transcodeTo(path, GOLDEN_COLUMNS, [GOLDEN_BYTES]);
    expect((await copyOf(path, TARGETS)).toString('hex')).to.equal(GOLDEN_BYTES.toString('hex'));
  });

  it('comes back byte by byte from what DuckDB makes of the Parquet file', async () => {
    const path = bench.path('golden-once.parquet');
    const again = bench.path('golden-again.parquet');
    await transcodeTo(path, GOLDEN_COLUMNS, [GOLDEN_BYTES]);
    for (const options of [PLAIN, 'FORMAT parquet, COMPRESSION uncompressed']) {
      await bench.run(`COPY (SELECT * FROM '${path}') TO '${again}' (${options})`);
      expect((await copyOf(again, TARGETS)).toString('hex')).to.equal(GOLDEN_BYTES.toString('hex'));
    }
  });

  it('says the logical type of every column', async () => {
    const path = bench.path('golden-schema.parquet');
    const columns = GOLDEN_COLUMNS.map((column) => ({ ...column, nullable: column.name !== 'u' }));
    const { file } = await transcode(columns, [GOLDEN_BYTES.subarray(0, 19), Buffer.of(0xff, 0xff)]);
    await writeFile(path, file);
    const schema = await bench.rows(`SELECT name, type, type_length, repetition_type, converted_type,
      CASE WHEN logical_type LIKE 'Int%' THEN 'IntType' ELSE logical_type END FROM parquet_schema('${path}')`);
    const micros = 'unit=TimeUnit(MILLIS=<null>, MICROS=MicroSeconds(), NANOS=<null>)';
    expect(schema.slice(1).map((row) => row.join(' '))).to.deep.equal([
      'b BOOLEAN  OPTIONAL  ',
      'i2 INT32  OPTIONAL INT_16 IntType',
      'i4 INT32  OPTIONAL INT_32 IntType',
      'i8 INT64  OPTIONAL INT_64 IntType',
      'f4 FLOAT  OPTIONAL  ',
      'f8 DOUBLE  OPTIONAL  ',
      'd9 INT32  OPTIONAL DECIMAL DecimalType(scale=2, precision=9)',
      'd18 INT64  OPTIONAL DECIMAL DecimalType(scale=4, precision=18)',
      'd38 FIXED_LEN_BYTE_ARRAY 16 OPTIONAL DECIMAL DecimalType(scale=10, precision=38)',
      't BYTE_ARRAY  OPTIONAL UTF8 StringType()',
      'bin BYTE_ARRAY  OPTIONAL  ',
      'd INT32  OPTIONAL DATE DateType()',
      `ti INT64  OPTIONAL TIME_MICROS TimeType(isAdjustedToUTC=0, ${micros})`,
      `ts INT64  OPTIONAL TIMESTAMP_MICROS TimestampType(isAdjustedToUTC=0, ${micros})`,
      `tz INT64  OPTIONAL TIMESTAMP_MICROS TimestampType(isAdjustedToUTC=1, ${micros})`,
      'u FIXED_LEN_BYTE_ARRAY 16 REQUIRED  UUIDType()',
      'j BYTE_ARRAY  OPTIONAL JSON JsonType()',
      'jb BYTE_ARRAY  OPTIONAL JSON JsonType()',
    ]);
    expect(await bench.rows(`SELECT count(*) FROM '${path}'`)).to.deep.equal([[0n]]);
  });
});
