import fc from 'fast-check';
import type { CanonicalType } from '@dpone/sdk';

/** A canonical type with values of it in the rows lane's form, its extremes among them. */
export interface TypeCase {
  readonly name: string;
  readonly type: CanonicalType;
  readonly values: fc.Arbitrary<unknown>;
}

const integers = (
  kind: 'int8' | 'int16' | 'int32' | 'uint8' | 'uint16' | 'uint32',
  min: number,
  max: number,
): TypeCase => ({
  name: kind,
  type: { kind },
  values: fc.oneof(fc.constantFrom(min, max, 0), fc.integer({ min, max })),
});

const bigs = (kind: 'int64' | 'uint64', min: bigint, max: bigint): TypeCase => ({
  name: kind,
  type: { kind },
  values: fc.oneof(fc.constantFrom(min, max, 0n, 2n ** 53n + 1n), fc.bigInt({ min, max })),
});

function decimal(precision: number, scale: number): TypeCase {
  const most = 10n ** BigInt(precision) - 1n;
  const text = (n: bigint): string => {
    const digits = String(n < 0n ? -n : n).padStart(scale + 1, '0');
    const sign = n < 0n ? '-' : '';
    return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  };
  return {
    name: `decimal_${precision}_${scale}`,
    type: { kind: 'decimal', precision, scale },
    values: fc.oneof(fc.constantFrom(most, -most, 0n, 1n), fc.bigInt({ min: -most, max: most })).map(text),
  };
}

const strings = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'null',
    'NULL',
    '\\N',
    '"',
    '""',
    ',',
    '\t',
    '\n',
    '\r\n',
    '\r',
    "it's",
    '\u0001',
    'é😀',
    '\\',
    '#',
    '[1]',
    '{"a":1}',
    'nan',
  ),
  fc.string({ unit: 'grapheme' }).filter((s) => !s.includes('\0')),
);

const pad = (n: number, width: number): string => String(n).padStart(width, '0');
const dates = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((d) => `${pad(d.getUTCFullYear(), 4)}-${pad(d.getUTCMonth() + 1, 2)}-${pad(d.getUTCDate(), 2)}`);
const times = (digits: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({ min: 0, max: 86_399 }), fc.integer({ min: 0, max: 10 ** digits - 1 }))
    .map(
      ([s, f]) =>
        `${pad(Math.floor(s / 3600), 2)}:${pad(Math.floor(s / 60) % 60, 2)}:${pad(s % 60, 2)}.${pad(f, digits)}`,
    );

const doubles = fc.oneof(
  fc.constantFrom(
    0,
    0.1,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.MIN_VALUE,
    Infinity,
    -Infinity,
    NaN,
    1e300,
    123456789.12345679,
  ),
  fc.double().map((d) => (Object.is(d, -0) ? 0 : d)),
);

/** Every canonical type that DuckDB holds. Negative zero is left out: DuckDB compares and prints it as 0 in some formats. */
export const TYPE_CASES: readonly TypeCase[] = [
  { name: 'bool', type: { kind: 'bool' }, values: fc.boolean() },
  integers('int8', -128, 127),
  integers('int16', -32_768, 32_767),
  integers('int32', -(2 ** 31), 2 ** 31 - 1),
  integers('uint8', 0, 255),
  integers('uint16', 0, 65_535),
  integers('uint32', 0, 2 ** 32 - 1),
  bigs('int64', -(2n ** 63n), 2n ** 63n - 1n),
  bigs('uint64', 0n, 2n ** 64n - 1n),
  decimal(4, 0),
  decimal(9, 9),
  decimal(18, 6),
  decimal(38, 0),
  decimal(38, 10),
  decimal(38, 38),
  {
    name: 'float32',
    type: { kind: 'float32' },
    values: fc.oneof(
      fc.constantFrom(0, Math.fround(0.1), Infinity, -Infinity, NaN),
      fc.float().map((d) => (Object.is(d, -0) ? 0 : d)),
    ),
  },
  { name: 'float64', type: { kind: 'float64' }, values: doubles },
  { name: 'string', type: { kind: 'string' }, values: strings },
  { name: 'bytes', type: { kind: 'bytes' }, values: fc.uint8Array({ maxLength: 40 }) },
  {
    name: 'date',
    type: { kind: 'date' },
    values: fc.oneof(
      fc.constantFrom('0001-01-01', '9999-12-31', '1970-01-01', '2000-02-29', 'infinity', '-infinity'),
      dates,
    ),
  },
  {
    name: 'time_6',
    type: { kind: 'time', precision: 6 },
    values: fc.oneof(fc.constantFrom('00:00:00.000000', '23:59:59.999999', '24:00:00.000000'), times(6)),
  },
  {
    name: 'timestamp_6',
    type: { kind: 'timestamp', precision: 6, tz: false },
    values: fc.oneof(
      fc.constantFrom('0001-01-01T00:00:00.000000', '9999-12-31T23:59:59.999999', 'infinity', '-infinity'),
      fc.tuple(dates, times(6)).map(([d, t]) => `${d}T${t}`),
    ),
  },
  {
    name: 'timestamp_9',
    type: { kind: 'timestamp', precision: 9, tz: false },
    values: fc.oneof(
      fc.constantFrom(
        '1677-09-22T00:00:00.000000000',
        '2262-04-11T23:47:16.854775806',
        '1970-01-01T00:00:00.000000001',
        '1969-12-31T23:59:59.999999999',
      ),
      fc.tuple(fc.integer({ min: 1700, max: 2200 }), times(9)).map(([y, t]) => `${y}-03-04T${t}`),
    ),
  },
  {
    name: 'timestamptz_6',
    type: { kind: 'timestamp', precision: 6, tz: true },
    values: fc.oneof(
      fc.constantFrom('0001-01-01T00:00:00.000000Z', '9999-12-31T23:59:59.999999Z'),
      fc.tuple(dates, times(6)).map(([d, t]) => `${d}T${t}Z`),
    ),
  },
  {
    name: 'interval',
    type: { kind: 'interval' },
    values: fc.constantFrom(
      'PT0S',
      'P1Y2M3DT4H5M6.789012S',
      'P-1M',
      'PT-0.000001S',
      'P1DT-1S',
      'P83Y3M999DT16M39.999999S',
    ),
  },
  {
    name: 'uuid',
    type: { kind: 'uuid' },
    values: fc.oneof(
      fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
      fc.uuid(),
    ),
  },
  {
    name: 'json',
    type: { kind: 'json' },
    values: fc
      .jsonValue()
      .map((v) => JSON.stringify(v))
      .filter((t) => t !== 'null' && !t.includes('\\u0000') && !/\de[+-]|\d\.\d|-0\b|\d{17}/.test(t)),
  },
  { name: 'ints', type: { kind: 'array', item: { kind: 'int32' } }, values: fc.array(fc.option(fc.integer())) },
  {
    name: 'texts',
    type: { kind: 'array', item: { kind: 'array', item: { kind: 'string' } } },
    values: fc.array(fc.array(strings, { maxLength: 3 }), { maxLength: 3 }),
  },
  {
    name: 'record',
    type: {
      kind: 'struct',
      fields: [
        { name: 'a b', type: { kind: 'decimal', precision: 12, scale: 2 } },
        { name: 'c', type: { kind: 'timestamp', precision: 6, tz: false } },
      ],
    },
    values: fc.record({
      'a b': fc.constantFrom('1.10', '-9999999999.99', null),
      c: fc.constantFrom('2026-01-01T00:00:00.123456', null),
    }),
  },
  {
    name: 'counts',
    type: { kind: 'map', key: { kind: 'string' }, value: { kind: 'int64' } },
    values: fc.uniqueArray(fc.tuple(strings, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), {
      selector: ([k]) => k,
      maxLength: 4,
    }),
  },
];
