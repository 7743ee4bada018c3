import type { CanonicalType } from '@dpone/sdk';

const WORDS: Readonly<Record<string, CanonicalType>> = {
  bool: { kind: 'bool' },
  boolean: { kind: 'bool' },
  int8: { kind: 'int8' },
  tinyint: { kind: 'int8' },
  int16: { kind: 'int16' },
  smallint: { kind: 'int16' },
  int32: { kind: 'int32' },
  int: { kind: 'int32' },
  int64: { kind: 'int64' },
  bigint: { kind: 'int64' },
  // The reference's logical type `integer` has 64 bits in every sink.
  integer: { kind: 'int64' },
  uint8: { kind: 'uint8' },
  uint16: { kind: 'uint16' },
  uint32: { kind: 'uint32' },
  uint64: { kind: 'uint64' },
  float32: { kind: 'float32' },
  real: { kind: 'float32' },
  float64: { kind: 'float64' },
  float: { kind: 'float64' },
  double: { kind: 'float64' },
  'double precision': { kind: 'float64' },
  bytes: { kind: 'bytes' },
  binary: { kind: 'bytes' },
  varbinary: { kind: 'bytes' },
  bytea: { kind: 'bytes' },
  blob: { kind: 'bytes' },
  date: { kind: 'date' },
  interval: { kind: 'interval' },
  uuid: { kind: 'uuid' },
  json: { kind: 'json' },
  jsonb: { kind: 'json' },
};

const STRINGS = new Set(['string', 'text', 'varchar', 'char', 'character varying', 'nvarchar']);
const DECIMALS = new Set(['decimal', 'numeric']);
/** Precision and scale of a decimal that states none, as in the reference. */
const DECIMAL_DEFAULT = [38, 9] as const;
const MAX_DECIMAL = 76;
const DEFAULT_FRACTION = 6;
const MAX_FRACTION = 9;

/** A type as a manifest writes it (`bigint`, `decimal(12,2)`, `timestamp(3) with time zone`, `array<int32>`); undefined where it is none. */
export function parseType(text: string): CanonicalType | undefined {
  const clean = text.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  return WORDS[clean] ?? nested(clean) ?? withNumbers(clean);
}

function withNumbers(text: string): CanonicalType | undefined {
  const match = /^([a-z ]+?) ?(?:\( ?(\d+) ?(?:, ?(\d+) ?)?\))?( with(?:out)? time zone)?$/.exec(text);
  if (match === null) return undefined;
  const [, name = '', first, second, zone] = match;
  const one = first === undefined ? undefined : Number(first);
  if (DECIMALS.has(name) && zone === undefined) {
    const precision = one ?? DECIMAL_DEFAULT[0];
    const scale = second === undefined ? (one === undefined ? DECIMAL_DEFAULT[1] : 0) : Number(second);
    return precision < 1 || precision > MAX_DECIMAL || scale > precision
      ? undefined
      : { kind: 'decimal', precision, scale };
  }
  if (second !== undefined) return undefined;
  if (STRINGS.has(name) && zone === undefined)
    return one === undefined ? { kind: 'string' } : one < 1 ? undefined : { kind: 'string', length: one };
  if (one !== undefined && one > MAX_FRACTION) return undefined;
  const precision = one ?? DEFAULT_FRACTION;
  if (name === 'time' && zone !== ' with time zone') return { kind: 'time', precision };
  if (name === 'timestamp' || name === 'datetime')
    return { kind: 'timestamp', precision, tz: zone === ' with time zone' };
  return name === 'timestamptz' && zone === undefined ? { kind: 'timestamp', precision, tz: true } : undefined;
}

function nested(text: string): CanonicalType | undefined {
  if (text.endsWith('[]')) {
    const item = parseType(text.slice(0, -2));
    return item && { kind: 'array', item };
  }
  const match = /^(array|map|struct) ?<(.*)>$/.exec(text);
  if (match === null) return undefined;
  const parts = topLevelParts(match[2]!);
  if (match[1] === 'array') {
    const item = parts.length === 1 ? parseType(parts[0]!) : undefined;
    return item && { kind: 'array', item };
  }
  if (match[1] === 'map') {
    const [key, value] = parts.length === 2 ? parts.map(parseType) : [];
    return key && value && { kind: 'map', key, value };
  }
  const fields = parts.map((part) => {
    const field = /^(\S+) (.+)$/.exec(part.trim());
    const type = field === null ? undefined : parseType(field[2]!);
    return type && { name: field![1]!, type };
  });
  return fields.every((field) => field !== undefined) ? { kind: 'struct', fields } : undefined;
}

/** Splits at the commas that stand in no bracket. */
function topLevelParts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if ('<('.includes(c)) depth++;
    else if ('>)'.includes(c)) depth--;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}
