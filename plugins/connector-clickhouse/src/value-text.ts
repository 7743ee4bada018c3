import { fail, typeName, type CanonicalType } from '@dpone/sdk';
import { decimalText, INTEGER_RANGES, integerText, isJsonText, shownValue } from '@dpone/sdk/connector';
import { rangeOf, type Range } from './ranges.js';

/** The text that ClickHouse reads as a value of the rows lane. Throws DPONE_VALUE_OUT_OF_RANGE where the value is none of the type. */
export type ValueText = (value: unknown) => string;

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d:\d\d(?:\.(\d+))?$/;
const TIMESTAMP = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z)?$/;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** What UTF-8 has no bytes for. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Where a value stands: a field of its own, or inside of an array, a map or a tuple, where texts are quoted. */
type Place = 'field' | 'inside';

/** `physical` is the type of the column that is written: its range may be smaller than that of the meaning. */
export function valueText(
  type: CanonicalType,
  physical: string,
  wideTimes: boolean,
  place: Place = 'field',
): ValueText {
  const refuse = (value: unknown): never => {
    throw fail('DPONE_VALUE_OUT_OF_RANGE', `${shownValue(value)} is not of type ${typeName(type)}`);
  };
  const quote = (text: string): string => (place === 'inside' ? `'${text}'` : text);
  const range = rangeOf(physical, wideTimes);
  const inside = (one: CanonicalType): ValueText => {
    const text = valueText(one, '', wideTimes, 'inside');
    return (value) => (value === null || value === undefined ? 'NULL' : text(value));
  };
  switch (type.kind) {
    case 'bool':
      return (value) => (typeof value === 'boolean' ? String(value) : refuse(value));
    case 'float32':
    case 'float64':
      return (value) => (typeof value === 'number' ? floatText(value) : refuse(value));
    case 'decimal':
      return decimalText(type.precision, type.scale, refuse);
    case 'string':
      return (value) => {
        if (typeof value !== 'string' || LONE_SURROGATE.test(value)) return refuse(value);
        if (type.length !== undefined && Array.from(value).length > type.length) return refuse(value);
        return quote(escaped(value));
      };
    case 'json':
      return (value) => (typeof value === 'string' && isJsonText(value) ? quote(escaped(value)) : refuse(value));
    case 'bytes':
      return (value) => (value instanceof Uint8Array ? quote(bytesText(value)) : refuse(value));
    case 'date':
      return (value) => {
        if (typeof value !== 'string' || !DATE.test(value)) return refuse(value);
        return quote(inRange(value, value, range));
      };
    case 'time':
      return (value) => {
        const found = typeof value === 'string' ? TIME.exec(value) : null;
        return found === null || tooFine(found[1], type.precision) ? refuse(value) : quote(value as string);
      };
    case 'timestamp':
      return (value) => {
        const found = typeof value === 'string' ? TIMESTAMP.exec(value) : null;
        if (found === null || (found[4] === 'Z') !== type.tz || tooFine(found[3], type.precision)) return refuse(value);
        const text = `${found[1]} ${found[2]}${found[3] === undefined ? '' : `.${found[3]}`}`;
        return quote(inRange(text, value, range));
      };
    case 'uuid':
      return (value) => (typeof value === 'string' && UUID.test(value) ? quote(value) : refuse(value));
    case 'interval':
      return refuse;
    case 'array': {
      const item = inside(type.item);
      return (value) => (Array.isArray(value) ? `[${value.map(item).join(',')}]` : refuse(value));
    }
    case 'map': {
      const [key, item] = [inside(type.key), inside(type.value)];
      return (value) =>
        Array.isArray(value)
          ? `{${(value as [unknown, unknown][]).map(([k, v]) => `${k === null ? refuse(value) : key(k)}:${item(v)}`).join(',')}}`
          : refuse(value);
    }
    case 'struct': {
      const fields = type.fields.map((f) => ({ name: f.name, text: inside(f.type) }));
      return (value) => {
        if (typeof value !== 'object' || value === null) return refuse(value);
        const parts = fields.map((f) => f.text((value as Record<string, unknown>)[f.name]));
        return `(${parts.join(',')}${parts.length === 1 ? ',' : ''})`;
      };
    }
    default:
      return integerText(INTEGER_RANGES[type.kind]!, refuse);
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
  "'": "\\'",
};

/** https://clickhouse.com/docs/interfaces/formats/TabSeparated#tabseparated-escaping */
const escaped = (text: string): string => text.replace(/[\\\n\r\t\0']/g, (c) => ESCAPES[c]!);

function bytesText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return hex.replace(/../g, '\\x$&');
}

function inRange(text: string, value: unknown, range: Range | undefined): string {
  if (range === undefined || (text >= range.low && text < range.high)) return text;
  throw fail(
    'DPONE_VALUE_OUT_OF_RANGE',
    `${shownValue(value)} is outside of ${range.type}, ${range.low} to ${range.high}`,
  );
}

const tooFine = (fraction: string | undefined, precision: number): boolean =>
  (fraction ?? '').replace(/0+$/, '').length > precision;

function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}
