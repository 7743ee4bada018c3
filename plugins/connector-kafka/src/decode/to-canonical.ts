import { decimalText, isInteger, isRawNumber, typeName, type CanonicalType } from '@dpone/sdk';
import { BadMessage, shown } from './bad-message.js';
import { instantText, timeText } from './time-text.js';

/** A value of JSON as the rows lane holds it; throws a BadMessage where the type cannot hold it exactly. */
export type Convert = (value: unknown) => unknown;

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int8: [-128n, 127n],
  int16: [-32_768n, 32_767n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 255n],
  uint16: [0n, 65_535n],
  uint32: [0n, 2n ** 32n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const not = (value: unknown, type: CanonicalType): BadMessage =>
  new BadMessage(`${shown(value)} is no ${typeName(type)}`);

/** How values of a type are read from parsed JSON. NULL is left to the caller. */
export function fromJson(type: CanonicalType): Convert {
  if (isInteger(type)) return integer(type);
  switch (type.kind) {
    case 'bool':
      return (value) => {
        if (typeof value !== 'boolean') throw not(value, type);
        return value;
      };
    case 'decimal':
      return (value) => {
        const text = numberText(value);
        const plain = text === undefined ? undefined : decimalOf(text, type.precision, type.scale);
        if (plain === undefined) throw not(value, type);
        return plain;
      };
    case 'float32':
    case 'float64':
      return (value) => float(value, type);
    case 'string':
      return (value) => {
        if (typeof value !== 'string') {
          if (typeof value === 'object') throw not(value, type);
          return `${value as number | bigint | boolean}`;
        }
        if (type.length !== undefined && charactersOf(value) > type.length) throw not(value, type);
        return value;
      };
    case 'bytes':
      return (value) => {
        if (typeof value !== 'string' || !BASE64.test(value)) throw not(value, type);
        return Buffer.from(value, 'base64');
      };
    case 'date':
      return (value) => {
        if (typeof value !== 'string' || !/^\d{4,6}-\d{2}-\d{2}$/.test(value)) throw not(value, type);
        return value;
      };
    case 'time':
      return (value) => timeText(value, type.precision) ?? refuse(value, type);
    case 'timestamp':
      return (value) => instantText(value, type.precision, type.tz) ?? refuse(value, type);
    case 'interval':
      return (value) => {
        if (typeof value !== 'string' || !/^-?P/.test(value)) throw not(value, type);
        return value;
      };
    case 'uuid':
      return (value) => {
        if (typeof value !== 'string' || !UUID.test(value)) throw not(value, type);
        return value;
      };
    case 'json':
      return (value) => JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? rawJson(String(v)) : v));
    case 'array': {
      const item = orNull(fromJson(type.item));
      return (value) => {
        if (!Array.isArray(value)) throw not(value, type);
        return value.map((one: unknown) => item(one));
      };
    }
    case 'struct': {
      const fields = type.fields.map((field) => [field.name, orNull(fromJson(field.type))] as const);
      return (value) => {
        const object = objectOf(value, type);
        const other = Object.keys(object).find((key) => !type.fields.some((f) => f.name === key));
        if (other !== undefined) throw new BadMessage(`${typeName(type)} has no field ${JSON.stringify(other)}`);
        return Object.fromEntries(fields.map(([name, convert]) => [name, convert(object[name])]));
      };
    }
    case 'map': {
      const key = fromJson(type.key);
      const item = orNull(fromJson(type.value));
      return (value) => {
        // Keys that are no texts cannot be names of an object: such a map is a list of pairs.
        const pairs = Array.isArray(value) ? (value as [unknown, unknown][]) : Object.entries(objectOf(value, type));
        return pairs.map(([k, v]) => [key(k), item(v)]);
      };
    }
  }
  throw new BadMessage(`there is no ${typeName(type)} in JSON`);
}

/** Characters as databases count them: a code point is one. */
export function charactersOf(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) count++;
  return count;
}

const rawJson = (text: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);

export const orNull =
  (convert: Convert): Convert =>
  (value) =>
    value === null || value === undefined ? null : convert(value);

function refuse(value: unknown, type: CanonicalType): never {
  throw not(value, type);
}

function objectOf(value: unknown, type: CanonicalType): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isRawNumber(value)) throw not(value, type);
  return value as Record<string, unknown>;
}

function integer(type: Extract<CanonicalType, { kind: keyof typeof RANGES }>): Convert {
  const [least, most] = RANGES[type.kind]!;
  const [low, high] = [Number(least), Number(most)];
  const large = type.kind === 'int64' || type.kind === 'uint64';
  return (value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= low && value <= high)
      // There is no -0 among the integers.
      return large ? BigInt(value) : value + 0;
    const text = numberText(value);
    const plain = text === undefined ? undefined : decimalOf(text, 40, 0);
    const whole = plain === undefined ? undefined : BigInt(plain);
    if (whole === undefined || whole < least || whole > most) throw not(value, type);
    return large ? whole : Number(whole);
  };
}

function float(value: unknown, type: CanonicalType): number {
  if (typeof value === 'number') return value;
  const text = numberText(value);
  if (text !== undefined) return Number(text);
  // JSON has no form for these; they are written as texts.
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  throw not(value, type);
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A number as text, whichever way JSON held it. */
function numberText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return Number.isNaN(value) ? undefined : String(value);
  if (isRawNumber(value)) return value.rawJSON;
  return typeof value === 'string' && NUMBER.test(value) ? value : undefined;
}

/** The most frequent form: nothing of it has to be moved, and its sign belongs to a number that is not 0. */
const PLAIN = /^(-?)([1-9]\d*)(?:\.(\d+))?$/;

/** A number's text with this scale, or undefined where it would lose digits or has too many. */
export function decimalOf(text: string, precision: number, scale: number): string | undefined {
  const plain = PLAIN.exec(text);
  if (plain !== null && plain[2]!.length <= precision - scale && (plain[3]?.length ?? 0) <= scale)
    return scale === 0 ? text : `${plain[1]}${plain[2]}.${(plain[3] ?? '').padEnd(scale, '0')}`;
  const match = /^(-?)0*(\d*)e(-?\d+)$/.exec(decimalText(text));
  if (match === null) return decimalText(text) === '0' ? zero(scale) : undefined;
  const [, sign, digits = '', exponent = '0'] = match;
  const units = Number(exponent) + scale;
  if (units < 0 || digits.length + units > Math.max(precision, scale)) return undefined;
  const whole = (digits + '0'.repeat(units)).padStart(scale + 1, '0');
  if (whole.length - scale > Math.max(1, precision - scale)) return undefined;
  if (precision === scale && whole.length - scale === 1 && whole[0] !== '0') return undefined;
  return scale === 0 ? `${sign}${whole}` : `${sign}${whole.slice(0, -scale)}.${whole.slice(-scale)}`;
}

const zero = (scale: number): string => (scale === 0 ? '0' : `0.${'0'.repeat(scale)}`);
