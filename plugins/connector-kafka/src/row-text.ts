import { isInteger, typeName, type CanonicalType } from '@dpone/sdk';
import { BadMessage, shown } from './decode/bad-message.js';
import { charactersOf, decimalOf, fromJson } from './decode/to-canonical.js';

/** A value of the rows lane as JSON text; throws a BadMessage where the type cannot hold it. NULL is left to the caller. */
export type ToText = (value: unknown) => string;

/** How values of a type are written: what `fromJson` reads back as it was. */
export function toJson(type: CanonicalType): ToText {
  if (isInteger(type)) {
    // The reader's own rules say what the type holds.
    const check = fromJson(type);
    return (value) => String(check(value));
  }
  switch (type.kind) {
    case 'bool':
      return (value) => (value === true ? 'true' : 'false');
    case 'decimal':
      return (value) => decimalOf(String(value), type.precision, type.scale) ?? refuse(value, type);
    case 'float32':
    case 'float64':
      return (value) => (Number.isFinite(value) ? numberText(value as number) : `"${String(value)}"`);
    case 'string':
      return (value) => {
        const text = String(value);
        if (type.length !== undefined && charactersOf(text) > type.length) return refuse(value, type);
        return JSON.stringify(text);
      };
    case 'bytes':
      return (value) => `"${Buffer.from(value as Uint8Array).toString('base64')}"`;
    case 'json':
      return (value) => {
        try {
          JSON.parse(value as string);
        } catch {
          return refuse(value, type);
        }
        return value as string;
      };
    case 'array': {
      const item = orNull(toJson(type.item));
      return (value) => `[${(value as unknown[]).map(item).join(',')}]`;
    }
    case 'struct': {
      const fields = type.fields.map(({ name, type: of }) => [name, orNull(toJson(of))] as const);
      return (value) =>
        objectText(fields.map(([name, text]) => [name, text((value as Record<string, unknown>)[name])]));
    }
    case 'map': {
      const key = toJson(type.key);
      const item = orNull(toJson(type.value));
      return (value) => {
        const pairs = value as [unknown, unknown][];
        // Names of an object are texts, and stand once.
        const plain = type.key.kind === 'string' && new Set(pairs.map(([k]) => k)).size === pairs.length;
        if (plain) return objectText(pairs.map(([k, v]) => [k as string, item(v)]));
        return `[${pairs.map(([k, v]) => `[${key(k)},${item(v)}]`).join(',')}]`;
      };
    }
    default:
      // Dates, times, intervals and uuids are texts, in the rows lane's own form.
      return (value) => JSON.stringify(String(value));
  }
}

/** JSON of a double: minus zero keeps its sign. */
const numberText = (value: number): string => (Object.is(value, -0) ? '-0.0' : JSON.stringify(value));

export const orNull =
  (text: ToText): ToText =>
  (value) =>
    value === null || value === undefined ? 'null' : text(value);

const objectText = (pairs: readonly (readonly [string, string])[]): string =>
  `{${pairs.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;

/** A value as plain text: of keys and headers. Bytes stay bytes. */
export function toBytes(type: CanonicalType): (value: unknown) => Uint8Array {
  if (type.kind === 'bytes') return (value) => value as Uint8Array;
  const text = toJson(type);
  const quoted =
    !isInteger(type) &&
    !['bool', 'decimal', 'float32', 'float64', 'json', 'array', 'struct', 'map'].includes(type.kind);
  return (value) => Buffer.from(quoted ? String(value) : unquoted(text(value)), 'utf8');
}

/** NaN and infinity have quotes in JSON, and need none here. */
const unquoted = (text: string): string => (/^"(?:NaN|-?Infinity)"$/.test(text) ? text.slice(1, -1) : text);

function refuse(value: unknown, type: CanonicalType): never {
  throw new BadMessage(`${shown(value)} is no ${typeName(type)}`);
}
