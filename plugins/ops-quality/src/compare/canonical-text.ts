import { decimalText, isRawNumber, parseExactJson, type CanonicalType, type ExactJson } from '@dpone/sdk';

/** Decimal digits that a number is written out with; beyond them its exponent is. Every double stays below. */
const MAX_ZEROS = 400;

/** A number's one way to be written without an exponent: `1.50`, `15e-1` and `1.5` are all `1.5`. */
export function numberText(value: unknown): string {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return Object.is(value, -0) ? '0' : String(value);
  const text = isRawNumber(value) ? value.rawJSON : String(value);
  // How JavaScript itself writes a double without an exponent is this form already.
  if (typeof value === 'number' && !text.includes('e') && Number.isFinite(value)) return text;
  if (PLAIN.test(text)) return withoutZeros(text);
  const match = /^(-?)(\d+)e(-?\d+)$/.exec(decimalText(text));
  if (match === null) return Number(text) === 0 ? '0' : text;
  const [, sign = '', digits = '', exponent = '0'] = match;
  const power = Number(exponent);
  if (Math.abs(power) > MAX_ZEROS) return `${sign}${digits}e${exponent}`;
  if (power >= 0) return `${sign}${digits}${'0'.repeat(power)}`;
  const padded = digits.padStart(1 - power, '0');
  return `${sign}${padded.slice(0, power)}.${padded.slice(power)}`;
}

/** A decimal as databases write it. */
const PLAIN = /^-?(?:0|[1-9]\d*)\.\d+$/;

/** Without zeros at the end of what stands behind the point. */
function withoutZeros(text: string): string {
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end -= 1;
  if (text.charCodeAt(end - 1) === 46) end -= 1;
  const short = text.slice(0, end);
  return short === '-0' ? '0' : short;
}

/** JSON with sorted keys and numbers of one form: equal values give equal texts. */
export function jsonText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number' || typeof value === 'bigint' || isRawNumber(value)) return numberText(value);
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('hex'));
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`).join(',')}}`;
}

/** A text as it is; anything else as JSON. */
export const plainText = (value: unknown): string => (typeof value === 'string' ? value : jsonText(value));

/** What values of a column are compared as. */
export type Meaning = 'number' | 'text' | 'uuid' | 'date' | 'timestamp' | 'time' | 'interval' | 'bytes' | 'json';

export function meaningOf(type: CanonicalType): Meaning {
  switch (type.kind) {
    case 'string':
      return 'text';
    case 'uuid':
    case 'date':
    case 'timestamp':
    case 'time':
    case 'interval':
    case 'bytes':
      return type.kind;
    case 'json':
    case 'array':
    case 'struct':
    case 'map':
      return 'json';
    default:
      return 'number';
  }
}

/** Fractions of a second without what is zero in them; instants without their `Z`: all of them are in UTC. */
function momentText(text: string): string {
  const plain = text.endsWith('Z') ? text.slice(0, -1) : text.endsWith('+00:00') ? text.slice(0, -6) : text;
  return plain.includes('.') ? withoutZeros(plain) : plain;
}

const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** The text by which values of one meaning are equal exactly where they mean the same; null for NULL. */
export function textOf(value: unknown, meaning: Meaning): string | null {
  if (value === null || value === undefined) return null;
  switch (meaning) {
    case 'number':
      return typeof value === 'boolean' ? (value ? '1' : '0') : numberText(value);
    case 'uuid':
      return plainText(value).toLowerCase();
    case 'timestamp': {
      const text = plainText(value);
      if (text.length === 10 && DAY.test(text)) return `${text}T00:00:00`;
      return MOMENT.test(text) ? momentText(text.charCodeAt(10) === 32 ? text.replace(' ', 'T') : text) : text;
    }
    case 'time':
      return momentText(plainText(value));
    case 'bytes':
      return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : plainText(value);
    case 'json':
      return typeof value === 'string' ? jsonText(parsedJson(value)) : jsonText(value);
    default:
      return plainText(value);
  }
}

/** What JSON text says; a text that is none is itself. */
export function parsedJson(text: string): ExactJson {
  try {
    return parseExactJson(text);
  } catch {
    return text;
  }
}
