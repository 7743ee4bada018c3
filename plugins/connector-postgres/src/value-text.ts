import { fail, typeName, type CanonicalType } from '@dpone/sdk';
import { decimalText, INTEGER_RANGES, integerText, isJsonText, shownValue } from '@dpone/sdk/connector';

/** The text that Postgres reads as a value of the rows lane. Throws DPONE_VALUE_OUT_OF_RANGE where the value is none of the type. */
export type ValueText = (value: unknown) => string;

const DATE = /^-?\d{4,6}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d:\d\d(\.(\d+))?$/;
const TIMESTAMP = /^-?\d{4,6}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.(\d+))?(Z)?$/;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const INTERVAL = /^-?P(?=.)(-?\d+Y)?(-?\d+M)?(-?\d+W)?(-?\d+D)?(T(?=.)(-?\d+H)?(-?\d+M)?(-?\d+(\.\d{1,6})?S)?)?$/;

export function valueText(type: CanonicalType): ValueText {
  const refuse = (value: unknown): never => {
    throw fail('DPONE_VALUE_OUT_OF_RANGE', `${shownValue(value)} is not of type ${typeName(type)}`);
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
      return (value) => (typeof value === 'string' && isJsonText(value) ? value : refuse(value));
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

function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
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
