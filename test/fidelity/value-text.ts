import { isInteger, type CanonicalType } from '@dpone/sdk';

/** A number of a JSON document by its own digits: a JavaScript number would round it. */
export interface JsonNumber {
  readonly digits: string;
}

/** A JSON column of a JSON document: already taken apart, where other formats have its text. */
export interface ParsedJson {
  readonly parsed: unknown;
}

const isNumber = (value: unknown): value is JsonNumber =>
  typeof value === 'object' && value !== null && 'digits' in value && Object.keys(value).length === 1;

export const parseJson = (text: string): unknown =>
  JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? { digits: context!.source! } : value,
  );

/** A JSON document with each number in one spelling: `1.50E+3` and `1500` are `15e2`. Nothing goes through a float. */
export function oneSpelling(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(oneSpelling);
  if (typeof value !== 'object' || value === null) return value;
  if (!isNumber(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, oneSpelling(v)]));
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(value.digits)!;
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return digits === '' ? '0' : `${sign}${digits}e${Number(exponent) - fraction.length + all.length - digits.length}`;
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A value of the rows lane as a text file of others has it. */
export function toText(value: unknown, type: CanonicalType): string {
  switch (type.kind) {
    case 'bytes':
      return Array.from(value as Uint8Array, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
    case 'interval': {
      const { months, days, micros } = intervalParts(value as string);
      return `${months} months ${days} days ${micros} microseconds`;
    }
    case 'float32':
    case 'float64':
      return Object.is(value, -0) ? '-0.0' : String(value).replace('Infinity', 'inf');
    case 'json':
    case 'string':
      return value as string;
    default:
      return `${value as string | number | bigint | boolean}`;
  }
}

/** A value of the rows lane as JSON, every digit of its numbers written out. */
export function toJson(value: unknown, type: CanonicalType): string {
  if (value === null || value === undefined) return 'null';
  if (type.kind === 'bool' || isInteger(type) || type.kind === 'json') return toText(value, type);
  switch (type.kind) {
    case 'float32':
    case 'float64':
      return Number.isFinite(value) ? toText(value, type) : JSON.stringify(toText(value, type));
    case 'array':
      return `[${(value as unknown[]).map((item) => toJson(item, type.item)).join(',')}]`;
    case 'struct':
      return `{${type.fields.map((f) => `${JSON.stringify(f.name)}:${toJson((value as Record<string, unknown>)[f.name], f.type)}`).join(',')}}`;
    case 'map':
      return `{${(value as [unknown, unknown][]).map(([k, v]) => `${JSON.stringify(toText(k, type.key))}:${toJson(v, type.value)}`).join(',')}}`;
    default:
      return JSON.stringify(toText(value, type));
  }
}

/** The value that a text means, in the rows lane's form. */
export function fromText(text: string, type: CanonicalType): unknown {
  if (isInteger(type)) return BigInt(text);
  switch (type.kind) {
    case 'bool':
      if (text !== 'true' && text !== 'false') throw new Error(`not a boolean: ${text}`);
      return text === 'true';
    case 'float32':
    case 'float64':
      return Number(text.replace(/^(-?)inf(inity)?$/i, '$1Infinity'));
    case 'bytes':
      return Buffer.from(
        text.replaceAll(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      );
    case 'timestamp': {
      const iso = text.replace(' ', 'T');
      if (!type.tz) return iso;
      if (!/(\+00(:?00)?|Z)$/.test(iso)) throw new Error(`not in UTC: ${text}`);
      return iso.replace(/(\+00(:?00)?|Z)$/, 'Z');
    }
    default:
      return text;
  }
}

/** The value that a part of a JSON document means, in the rows lane's form. */
export function fromJson(value: unknown, type: CanonicalType): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case 'json':
      return { parsed: value } satisfies ParsedJson;
    case 'array':
      return (value as unknown[]).map((item) => fromJson(item, type.item));
    case 'struct':
      return Object.fromEntries(
        type.fields.map((f) => [f.name, fromJson((value as Record<string, unknown>)[f.name] ?? null, f.type)]),
      );
    case 'map':
      return Object.entries(value as object).map(([k, v]) => [fromText(k, type.key), fromJson(v, type.value)]);
    default:
      return typeof value === 'boolean' ? value : fromText(isNumber(value) ? value.digits : (value as string), type);
  }
}

interface IntervalParts {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

/** `P1Y2M3DT4H5M6.5S` of the rows lane, and `1 year 2 months 3 days 04:05:06.5` of text files. */
export function intervalParts(text: string): IntervalParts {
  const amount = (unit: RegExp): number => Number(new RegExp(`([+-]?\\d+)${unit.source}`).exec(date)?.[1] ?? 0);
  const isIso = text.startsWith('P');
  const [date = '', time = ''] = isIso ? text.slice(1).split('T') : [text, ''];
  const months = amount(isIso ? /Y/ : / years?/) * 12 + amount(isIso ? /M/ : / mon(?:th)?s?/);
  const days = amount(isIso ? /D/ : / days?/);
  const micros = (value: string | undefined): bigint => {
    if (value === undefined) return 0n;
    const [whole = '0', fraction = ''] = value.split('.');
    const part = BigInt(fraction.padEnd(6, '0'));
    return BigInt(whole) * 1_000_000n + (whole.startsWith('-') ? -part : part);
  };
  if (isIso) {
    const part = (unit: string): string | undefined => new RegExp(`([+-]?[\\d.]+)${unit}`).exec(time)?.[1];
    return { months, days, micros: micros(part('H')) * 3600n + micros(part('M')) * 60n + micros(part('S')) };
  }
  const clock = /(-?)(\d+):(\d\d):([\d.]+)$/.exec(text);
  if (clock === null) return { months, days, micros: 0n };
  const whole = micros(clock[2]) * 3600n + micros(clock[3]) * 60n + micros(clock[4]);
  return { months, days, micros: clock[1] === '-' ? -whole : whole };
}
