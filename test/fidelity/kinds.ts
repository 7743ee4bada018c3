import type { CanonicalType } from '@dpone/sdk';
import fc from 'fast-check';
import { TEXTS } from './texts.js';

/** A canonical type, the text by which a manifest states it, its extreme values, and any of its values; all in the rows lane's form. */
export interface Kind {
  readonly name: string;
  readonly text: string;
  readonly type: CanonicalType;
  readonly extremes: readonly unknown[];
  readonly any: fc.Arbitrary<unknown>;
}

const small = (kind: 'int8' | 'int16' | 'int32' | 'uint8' | 'uint16' | 'uint32', min: number, max: number): Kind => ({
  name: kind,
  text: kind,
  type: { kind },
  extremes: [min, 0, 1, max],
  any: fc.integer({ min, max }),
});

const large = (kind: 'int64' | 'uint64', min: bigint, max: bigint): Kind => ({
  name: kind,
  text: kind,
  type: { kind },
  extremes: [min, 0n, 2n ** 53n + 1n, max],
  any: fc.bigInt({ min, max }),
});

/** A count of the smallest unit as the decimal's text. */
function decimalText(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}

function decimal(precision: number, scale: number): Kind {
  const max = 10n ** BigInt(precision) - 1n;
  return {
    name: `decimal_${precision}_${scale}`,
    text: `decimal(${precision},${scale})`,
    type: { kind: 'decimal', precision, scale },
    extremes: [-max, -1n, 0n, 1n, max].map((units) => decimalText(units, scale)),
    any: fc.bigInt({ min: -max, max }).map((units) => decimalText(units, scale)),
  };
}

const iso = (from: string, to: string): fc.Arbitrary<string> =>
  fc.date({ min: new Date(from), max: new Date(to), noInvalidDate: true }).map((date) => date.toISOString());
const digits = (count: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: 10 ** count - 1 }).map((n) => String(n).padStart(count, '0'));

function timestamp(precision: number, tz: boolean, from: string, to: string): Kind {
  const zone = tz ? 'Z' : '';
  const last = precision === 0 ? '' : `.${'9'.repeat(precision)}`;
  const first = precision === 0 ? '' : `.${'0'.repeat(precision - 1)}1`;
  return {
    name: `timestamp_${precision}${tz ? '_tz' : ''}`,
    text: `timestamp(${precision})${tz ? ' with time zone' : ''}`,
    type: { kind: 'timestamp', precision, tz },
    extremes: [
      `${from}${zone}`,
      `1969-12-31T23:59:59${last}${zone}`,
      `1970-01-01T00:00:00${first}${zone}`,
      // A time that the clocks of many zones skip.
      `2026-03-29T02:30:00${zone}`,
      `${to}${last}${zone}`,
    ],
    any: fc
      .tuple(iso(`${from}Z`, `${to}Z`), digits(Math.max(1, precision)))
      .map(([date, f]) => `${date.slice(0, 19)}${precision === 0 ? '' : `.${f}`}${zone}`),
  };
}

const time = (precision: number): Kind => ({
  name: `time_${precision}`,
  text: `time(${precision})`,
  type: { kind: 'time', precision },
  extremes: ['00:00:00', `00:00:00.${'0'.repeat(precision - 1)}1`, `23:59:59.${'9'.repeat(precision)}`],
  any: fc
    .tuple(iso('2000-01-01T00:00:00Z', '2000-01-01T23:59:59Z'), digits(precision))
    .map(([date, f]) => `${date.slice(11, 19)}.${f}`),
});

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const array = (name: string, item: Kind): Kind => ({
  name: `array_${name}`,
  text: `array<${item.text}>`,
  type: { kind: 'array', item: item.type },
  extremes: [[], [null], item.extremes, [null, ...item.extremes]],
  any: fc.array(fc.option(item.any), { maxLength: 4 }),
});

const string: Kind = { name: 'string', text: 'string', type: { kind: 'string' }, extremes: TEXTS, any: anyText };
const int64 = large('int64', -(2n ** 63n), 2n ** 63n - 1n);
const int32 = small('int32', -(2 ** 31), 2 ** 31 - 1);
const date: Kind = {
  name: 'date',
  text: 'date',
  type: { kind: 'date' },
  extremes: ['0001-01-01', '1582-10-10', '1900-02-28', '1970-01-01', '2024-02-29', '9999-12-31'],
  any: iso('0001-01-01T00:00:00Z', '9999-12-31T00:00:00Z').map((text) => text.slice(0, 10)),
};
const timestamp6 = timestamp(6, false, '0001-01-01T00:00:00', '9999-12-31T23:59:59');

export const KINDS: readonly Kind[] = [
  { name: 'bool', text: 'bool', type: { kind: 'bool' }, extremes: [true, false], any: fc.boolean() },
  small('int8', -128, 127),
  small('int16', -(2 ** 15), 2 ** 15 - 1),
  int32,
  int64,
  small('uint8', 0, 255),
  small('uint16', 0, 2 ** 16 - 1),
  small('uint32', 0, 2 ** 32 - 1),
  large('uint64', 0n, 2n ** 64n - 1n),
  decimal(1, 0),
  decimal(4, 4),
  decimal(15, 2),
  decimal(18, 3),
  decimal(38, 0),
  decimal(38, 9),
  decimal(38, 38),
  {
    name: 'float32',
    text: 'float32',
    type: { kind: 'float32' },
    extremes: [
      0,
      -0,
      Math.fround(0.1),
      1.401298464324817e-45,
      3.4028234663852886e38,
      -3.4028234663852886e38,
      NaN,
      Infinity,
      -Infinity,
    ],
    any: fc.float(),
  },
  {
    name: 'float64',
    text: 'float64',
    type: { kind: 'float64' },
    extremes: [0, -0, 0.1, 5e-324, 2 ** 53 + 2, Number.MAX_VALUE, -Number.MAX_VALUE, NaN, Infinity, -Infinity],
    any: fc.double(),
  },
  string,
  {
    name: 'bytes',
    text: 'bytes',
    type: { kind: 'bytes' },
    extremes: [
      new Uint8Array(Array.from({ length: 256 }, (_, i) => i)),
      new Uint8Array([0]),
      new Uint8Array([0x5c, 0x78]),
    ],
    any: fc.uint8Array({ minLength: 1, maxLength: 20 }),
  },
  date,
  time(6),
  time(9),
  timestamp(0, false, '0001-01-01T00:00:00', '9999-12-31T23:59:59'),
  timestamp(3, false, '0001-01-01T00:00:00', '9999-12-31T23:59:59'),
  timestamp6,
  timestamp(9, false, '1678-01-01T00:00:00', '2262-01-01T00:00:00'),
  timestamp(6, true, '0001-01-01T00:00:00', '9999-12-31T23:59:59'),
  {
    name: 'interval',
    text: 'interval',
    type: { kind: 'interval' },
    extremes: ['PT0S', 'P1Y2M3DT4H5M6.789012S', 'P-1Y-2M-3DT-4H-5M-6.789012S', 'PT0.000001S', 'P100000M', 'P1M-30D'],
    any: fc
      .tuple(
        fc.integer({ min: -9999, max: 9999 }),
        fc.integer({ min: -9999, max: 9999 }),
        fc.integer({ min: -86_399, max: 86_399 }),
      )
      .map(([months, days, seconds]) => `P${months}M${days}DT${seconds}S`),
  },
  {
    name: 'uuid',
    text: 'uuid',
    type: { kind: 'uuid' },
    extremes: [
      '00000000-0000-0000-0000-000000000000',
      '80000000-0000-4000-8000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
    ],
    any: fc.uuid(),
  },
  {
    // Numbers of jsonl documents pass through a double: what one does not hold is no extreme of all formats.
    name: 'json',
    text: 'json',
    type: { kind: 'json' },
    extremes: ['{"a":[1,null,"x\\n",{}]}', '[]', '"text"', '""', '18446744073709551615', '0.30000000000000004', 'true'],
    any: fc.json({ maxDepth: 2 }).filter((text) => text !== 'null'),
  },
  array('int64', int64),
  array('string', string),
  array('timestamp', timestamp6),
  {
    name: 'struct',
    text: 'struct<a int64, b string, c date>',
    type: {
      kind: 'struct',
      fields: [
        { name: 'a', type: int64.type },
        { name: 'b', type: string.type },
        { name: 'c', type: date.type },
      ],
    },
    extremes: [
      { a: null, b: null, c: null },
      { a: 2n ** 63n - 1n, b: '', c: '0001-01-01' },
    ],
    any: fc.record({ a: fc.option(int64.any), b: fc.option(anyText), c: fc.option(date.any) }),
  },
  {
    name: 'map',
    text: 'map<string, int32>',
    type: { kind: 'map', key: string.type, value: int32.type },
    extremes: [
      [],
      [['', null]],
      [
        ['a"\\\n', -1],
        ['b', 2 ** 31 - 1],
      ],
    ],
    any: fc.uniqueArray(fc.tuple(anyText, fc.option(int32.any)), { maxLength: 3, selector: ([key]) => key }),
  },
];
