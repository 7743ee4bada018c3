import { fail, typeName, type CanonicalType } from '@dpone/sdk';

/** The text that Postgres reads as a value of the rows lane. Throws DPONE_VALUE_OUT_OF_RANGE where the value is none of the type. */
export type ValueText = (value: unknown) => string;

const INTEGER_RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int8: [-(2n ** 7n), 2n ** 7n - 1n],
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 2n ** 8n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

const DATE = /^-?\d{4,6}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d:\d\d(\.(\d+))?$/;
const TIMESTAMP = /^-?\d{4,6}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.(\d+))?(Z)?$/;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const INTERVAL = /^-?P(?=.)(-?\d+Y)?(-?\d+M)?(-?\d+W)?(-?\d+D)?(T(?=.)(-?\d+H)?(-?\d+M)?(-?\d+(\.\d{1,6})?S)?)?$/;

export function valueText(type: CanonicalType): ValueText {
  const refuse = (value: unknown): never => {
    throw fail('DPONE_VALUE_OUT_OF_RANGE', `${shown(value)} is not of type ${typeName(type)}`);
  };
  const text =
    (pattern: RegExp): ValueText =>
    (value) => {
      if (typeof value !== 'string' || !pattern.test(value)) return refuse(value);
      return value;
    };
  switch (type.kind) {
    case 'bool':
      return (value) => (typeof value === 'boolean' ? (value ? 't' : 'f') : refuse(value));
    case 'float32':
    case 'float64':
      return (value) => (typeof value === 'number' ? floatText(value) : refuse(value));
    case 'decimal':
      return decimalText(type.precision, type.scale, refuse);
    case 'string':
      return (value) => {
        if (typeof value !== 'string' || value.includes('\0')) return refuse(value);
        return type.length !== undefined && Array.from(value).length > type.length ? refuse(value) : value;
      };
    case 'json':
      return (value) => (typeof value === 'string' && isJson(value) ? value : refuse(value));
    case 'bytes':
      return (value) =>
        value instanceof Uint8Array
          ? `\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')}`
          : refuse(value);
    case 'date':
      return (value) => era(text(DATE)(value));
    case 'time':
      return (value) => atMostMicroseconds(TIME.exec(text(TIME)(value))!, 2, value, refuse);
    case 'timestamp':
      return (value) => {
        const found = TIMESTAMP.exec(text(TIMESTAMP)(value))!;
        if ((found[3] === 'Z') !== type.tz) return refuse(value);
        return era(atMostMicroseconds(found, 2, value, refuse));
      };
    case 'uuid':
      return text(UUID);
    case 'interval':
      return text(INTERVAL);
    case 'array': {
      const item = valueText(type.item);
      return (value) => (Array.isArray(value) ? arrayText(value, item) : refuse(value));
    }
    case 'struct':
    case 'map':
      return refuse;
    default:
      return integerText(INTEGER_RANGES[type.kind]!, refuse);
  }
}

function integerText([low, high]: readonly [bigint, bigint], refuse: (value: unknown) => never): ValueText {
  const small = high <= BigInt(Number.MAX_SAFE_INTEGER);
  const [min, max] = [Number(low), Number(high)];
  return (value) => {
    if (small && typeof value === 'number')
      return Number.isInteger(value) && value >= min && value <= max ? String(value) : refuse(value);
    if (typeof value === 'bigint') return value >= low && value <= high ? String(value) : refuse(value);
    return typeof value === 'number' && Number.isSafeInteger(value) && BigInt(value) >= low
      ? String(value)
      : refuse(value);
  };
}

function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function decimalText(precision: number, scale: number, refuse: (value: unknown) => never): ValueText {
  return (value) => {
    const found = typeof value === 'string' ? /^-?0*(\d*)(?:\.(\d*))?$/.exec(value) : null;
    if (found === null || (found[1] === '' && value === '')) return refuse(value);
    const fraction = (found[2] ?? '').replace(/0+$/, '');
    return found[1]!.length <= precision - scale && fraction.length <= scale ? (value as string) : refuse(value);
  };
}

function atMostMicroseconds(
  found: RegExpExecArray,
  group: number,
  value: unknown,
  refuse: (value: unknown) => never,
): string {
  const fraction = (found[group] ?? '').replace(/0+$/, '');
  return fraction.length <= 6 ? (value as string) : refuse(value);
}

/** ISO 8601 counts the years before 1 as 0, -1, ...; Postgres writes 1 BC, 2 BC. */
function era(text: string): string {
  const found = /^(-?)(\d+)(.*)$/.exec(text)!;
  const year = Number(found[2]);
  if (found[1] === '' && year > 0) return text;
  return `${String(year + 1).padStart(4, '0')}${found[3]} BC`;
}

/** An array literal: every item in quotes, so that no item is read as syntax or as NULL. */
const arrayText = (items: readonly unknown[], item: ValueText): string =>
  `{${items
    .map((one) =>
      one === null || one === undefined ? 'NULL' : `"${item(one).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
    )
    .join(',')}}`;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};
