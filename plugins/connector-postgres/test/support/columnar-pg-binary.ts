import type { CanonicalType } from '@dpone/sdk';
import fc from 'fast-check';
import type { PgTarget } from '../../dist/columnar/field-writer.js';

/**
 * Postgres's binary forms written a second time, plainly and by BigInt, for tests to compare with. A value is held as
 * a text: numbers as digits, floats as the hexadecimal bits of a double, bytes as hexadecimal, dates, times and
 * timestamps as the number that is sent.
 */
export interface BinaryType {
  readonly type: CanonicalType;
  readonly pg: Omit<PgTarget, 'name'>;
  /** What the type is called in DuckDB. */
  readonly duck: string;
  readonly values: fc.Arbitrary<string>;
  readonly encode: (value: string) => Buffer;
  readonly decode: (field: Buffer) => string;
  /** An expression of DuckDB that gives the value in this form, for a column. */
  readonly read: (column: string) => string;
  /** An expression of DuckDB that makes the value. */
  readonly literal: (value: string) => string;
}

const EPOCH_DAYS = 10_957n;
const EPOCH_MICROS = 946_684_800_000_000n;

const whole = (min: bigint, max: bigint): fc.Arbitrary<string> =>
  fc
    .oneof(
      { weight: 3, arbitrary: fc.bigInt({ min, max }) },
      { weight: 2, arbitrary: fc.bigInt({ min: min < -300n ? -300n : min, max: max > 300n ? 300n : max }) },
      { weight: 1, arbitrary: fc.constantFrom(min, max) },
    )
    .map(String);

const signed = (bytes: number) => ({
  encode: (value: string): Buffer => {
    const hex = BigInt.asUintN(bytes * 8, BigInt(value))
      .toString(16)
      .padStart(bytes * 2, '0');
    return Buffer.from(hex, 'hex');
  },
  decode: (field: Buffer): string => {
    if (field.length !== bytes) throw new Error(`${field.length} bytes instead of ${bytes}`);
    return String(BigInt.asIntN(bytes * 8, BigInt(`0x${field.toString('hex')}`)));
  },
});

function integer(
  kind: 'int16' | 'int32' | 'int64',
  pg: 'int2' | 'int4' | 'int8',
  duck: string,
  bytes: number,
): BinaryType {
  const limit = 2n ** BigInt(bytes * 8 - 1);
  return {
    type: { kind },
    pg: { type: pg },
    duck,
    values: whole(-limit, limit - 1n),
    ...signed(bytes),
    read: (column) => `CAST(${column} AS VARCHAR)`,
    literal: (value) => `CAST('${value}' AS ${duck})`,
  };
}

export const doubleBits = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
};
const bitsDouble = (bits: string): number => Buffer.from(bits, 'hex').readDoubleBE();

/** DuckDB has no bits of a double in SQL: it is read as a number and turned into bits by {@link fromDuck}. */
function float(kind: 'float32' | 'float64', pg: 'float4' | 'float8', duck: string, bytes: 4 | 8): BinaryType {
  const numbers = bytes === 4 ? fc.float() : fc.double();
  return {
    type: { kind },
    pg: { type: pg },
    duck,
    values: numbers.map((value) => doubleBits(Number.isNaN(value) ? Number.NaN : value)),
    encode: (value) => {
      const field = Buffer.alloc(bytes);
      if (bytes === 4) field.writeFloatBE(bitsDouble(value));
      else field.writeDoubleBE(bitsDouble(value));
      return field;
    },
    decode: (field) => doubleBits(bytes === 4 ? field.readFloatBE() : field.readDoubleBE()),
    read: (column) => `CAST(${column} AS DOUBLE)`,
    literal: (value) => {
      const number = bitsDouble(value);
      return `CAST('${Object.is(number, -0) ? '-0.0' : String(number)}' AS ${duck})`;
    },
  };
}

export const fromDuck = (value: unknown): unknown => (typeof value === 'number' ? doubleBits(value) : value);

export function encodeNumeric(value: string, scale: number): Buffer {
  const [, sign, before, after] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value)!;
  const left = before!.padStart(Math.ceil(before!.length / 4) * 4, '0');
  const right = (after ?? '').padEnd(Math.ceil((after ?? '').length / 4) * 4, '0');
  const groups = `${left}${right}`.match(/\d{4}/g)!.map(Number);
  let weight = left.length / 4 - 1;
  while (groups.length > 0 && groups.at(-1) === 0) groups.pop();
  for (; groups.length > 0 && groups[0] === 0; weight--) groups.shift();
  const words = [
    groups.length,
    groups.length === 0 ? 0 : weight,
    sign === '-' && groups.length > 0 ? 0x4000 : 0,
    scale,
  ];
  const field = Buffer.alloc(8 + 2 * groups.length);
  [...words, ...groups].forEach((word, i) => field.writeInt16BE(word, 2 * i));
  return field;
}

export function decodeNumeric(field: Buffer): string {
  const [count, weight, sign, scale] = [0, 2, 4, 6].map((at) => field.readInt16BE(at)) as [
    number,
    number,
    number,
    number,
  ];
  if (field.length !== 8 + 2 * count) throw new Error('the digits are not as many as said');
  let unscaled = 0n;
  for (let i = 0; i < count; i++) unscaled = unscaled * 10_000n + BigInt(field.readInt16BE(8 + 2 * i));
  // The value is unscaled * 10000^exponent.
  const places = scale + 4 * (weight - count + 1);
  const shifted = places >= 0 ? unscaled * 10n ** BigInt(places) : unscaled / 10n ** BigInt(-places);
  return decimalText(sign === 0x4000 ? -shifted : shifted, scale);
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return unscaled < 0n ? `-${text}` : text;
}

export function decimal(precision: number, scale: number): BinaryType {
  const limit = 10n ** BigInt(precision) - 1n;
  const lengths = fc
    .integer({ min: 0, max: precision })
    .chain((digits) => fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n }));
  // Zeros at the end and in the middle are what digits of base 10,000 leave out.
  const sparse = fc
    .tuple(fc.integer({ min: -9999, max: 9999 }), fc.nat({ max: precision }))
    .map(([digits, zeros]) => BigInt(digits) * 10n ** BigInt(zeros))
    .filter((value) => value <= limit && value >= -limit);
  return {
    type: { kind: 'decimal', precision, scale },
    pg: { type: 'numeric', precision, scale },
    duck: `DECIMAL(${precision},${scale})`,
    values: fc.oneof(lengths, sparse, fc.constantFrom(limit, -limit, 0n)).map((value) => decimalText(value, scale)),
    encode: (value) => encodeNumeric(value, scale),
    decode: decodeNumeric,
    // DuckDB writes no 0 before the point where a type has no digits there.
    read: (column) => `regexp_replace(CAST(${column} AS VARCHAR), '^(-?)[.]', '\\10.')`,
    literal: (value) => `CAST('${value}' AS DECIMAL(${precision},${scale}))`,
  };
}

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const TEXTS = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.string({ unit: 'grapheme', minLength: 200, maxLength: 400 }),
  )
  .map((text) => text.replaceAll('\0', ''));

const text = {
  encode: (value: string) => Buffer.from(value, 'utf8'),
  decode: (field: Buffer) => field.toString('utf8'),
  read: (column: string) => `CAST(${column} AS VARCHAR)`,
};

const days = { min: -2_451_545n, max: 2_145_031_948n };
const micros = { min: -211_813_488_000_000_000n, max: 9_222_425_352_054_775_805n };

function timestamp(tz: boolean): BinaryType {
  const duck = tz ? 'TIMESTAMPTZ' : 'TIMESTAMP';
  return {
    type: { kind: 'timestamp', precision: 6, tz },
    pg: { type: tz ? 'timestamptz' : 'timestamp' },
    duck,
    // One more would be what DuckDB takes for infinity.
    values: whole(micros.min, micros.max),
    ...signed(8),
    read: (column) => `CAST(epoch_us(${column}) - ${EPOCH_MICROS} AS VARCHAR)`,
    literal: (value) => `make_${duck.toLowerCase()}(CAST(${BigInt(value) + EPOCH_MICROS} AS BIGINT))`,
  };
}

export const TYPES = {
  bool: {
    type: { kind: 'bool' },
    pg: { type: 'bool' },
    duck: 'BOOLEAN',
    values: fc.boolean().map(String),
    encode: (value) => Buffer.of(value === 'true' ? 1 : 0),
    decode: (field) => String(field.readUInt8() === 1),
    read: (column) => `CAST(${column} AS VARCHAR)`,
    literal: (value) => value,
  },
  int2: integer('int16', 'int2', 'SMALLINT', 2),
  int4: integer('int32', 'int4', 'INTEGER', 4),
  int8: integer('int64', 'int8', 'BIGINT', 8),
  float4: float('float32', 'float4', 'FLOAT', 4),
  float8: float('float64', 'float8', 'DOUBLE', 8),
  decimal9: decimal(9, 2),
  decimal4: decimal(4, 4),
  decimal15: decimal(15, 0),
  decimal18: decimal(18, 5),
  decimal20: decimal(20, 3),
  decimal38: decimal(38, 10),
  fraction38: decimal(38, 38),
  text: {
    type: { kind: 'string' },
    pg: { type: 'text' },
    duck: 'VARCHAR',
    values: TEXTS,
    ...text,
    literal: quoted,
  },
  bytea: {
    type: { kind: 'bytes' },
    pg: { type: 'bytea' },
    duck: 'BLOB',
    values: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('hex')),
    encode: (value) => Buffer.from(value, 'hex'),
    decode: (field) => field.toString('hex'),
    read: (column) => `lower(hex(${column}))`,
    literal: (value) => `unhex('${value}')`,
  },
  date: {
    type: { kind: 'date' },
    pg: { type: 'date' },
    duck: 'DATE',
    values: whole(days.min, days.max),
    ...signed(4),
    read: (column) => `CAST(${column} - DATE '2000-01-01' AS VARCHAR)`,
    literal: (value) => `make_date(CAST(${BigInt(value) + EPOCH_DAYS} AS INTEGER))`,
  },
  time: {
    type: { kind: 'time', precision: 6 },
    pg: { type: 'time' },
    duck: 'TIME',
    values: whole(0n, 86_400_000_000n),
    ...signed(8),
    read: (column) => `CAST(epoch_us(${column}) AS VARCHAR)`,
    literal: (value) => {
      const seconds = BigInt(value) / 1_000_000n;
      const part = (divisor: bigint, modulus: bigint): string => String((seconds / divisor) % modulus).padStart(2, '0');
      return `TIME '${part(3600n, 100n)}:${part(60n, 60n)}:${part(1n, 60n)}.${value.slice(-6).padStart(6, '0')}'`;
    },
  },
  timestamp: timestamp(false),
  timestamptz: timestamp(true),
  uuid: {
    type: { kind: 'uuid' },
    pg: { type: 'uuid' },
    duck: 'UUID',
    values: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) =>
      Buffer.from(bytes)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    ),
    encode: (value) => Buffer.from(value.replaceAll('-', ''), 'hex'),
    decode: (field) => field.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    read: (column) => `CAST(${column} AS VARCHAR)`,
    literal: (value) => `CAST('${value}' AS UUID)`,
  },
  json: {
    type: { kind: 'json' },
    pg: { type: 'json' },
    duck: 'JSON',
    values: fc.json(),
    ...text,
    literal: (value) => `CAST(${quoted(value)} AS JSON)`,
  },
  jsonb: {
    type: { kind: 'json' },
    pg: { type: 'jsonb' },
    duck: 'JSON',
    values: fc.json(),
    encode: (value) => Buffer.concat([Buffer.of(1), Buffer.from(value, 'utf8')]),
    decode: (field) => (field[0] === 1 ? field.toString('utf8', 1) : `version ${field[0]}`),
    read: text.read,
    literal: (value) => `CAST(${quoted(value)} AS JSON)`,
  },
} as const satisfies Record<string, BinaryType>;

export type Row = readonly (Buffer | null)[];

export const COPY_HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
export const COPY_TRAILER = Buffer.of(0xff, 0xff);

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

export const copyRow = (row: Row): Buffer =>
  Buffer.concat([
    Buffer.of(row.length >> 8, row.length & 0xff),
    ...row.flatMap((field) => (field === null ? [word(-1)] : [word(field.length), field])),
  ]);

export const copyBinary = (rows: readonly Row[]): Buffer =>
  Buffer.concat([COPY_HEADER, ...rows.map(copyRow), COPY_TRAILER]);

/** The rows of a binary copy; fails where it has anything else. */
export function readCopy(bytes: Buffer): Row[] {
  if (!bytes.subarray(0, COPY_HEADER.length).equals(COPY_HEADER)) throw new Error('no header');
  const rows: Row[] = [];
  for (let at = COPY_HEADER.length; ;) {
    const fields = bytes.readInt16BE(at);
    at += 2;
    if (fields === -1) {
      if (at !== bytes.length) throw new Error('bytes behind the trailer');
      return rows;
    }
    const row: (Buffer | null)[] = [];
    for (let f = 0; f < fields; f++) {
      const length = bytes.readInt32BE(at);
      at += 4;
      row.push(length < 0 ? null : bytes.subarray(at, at + length));
      at += Math.max(0, length);
    }
    rows.push(row);
  }
}
