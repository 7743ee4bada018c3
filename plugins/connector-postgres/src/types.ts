import type { CanonicalType, Column } from '@dpone/sdk';

export const SYSTEM = 'postgres';

/** Most digits of a numeric without precision: 131072 before the point, 16383 after it (https://www.postgresql.org/docs/current/datatype-numeric.html). */
export const NUMERIC_DIGITS = 147_455;
export const NUMERIC_SCALE = 16_383;

/** Most digits that `numeric(p,s)` can declare. */
const DECLARED_DIGITS = 1000;
/** Longest `varchar(n)` (https://www.postgresql.org/docs/current/datatype-character.html). */
const VARCHAR_LENGTH = 10_485_760;
const MICROSECONDS = 6;

/** Postgres's own types of one canonical meaning, by the name that `format_type` gives, without arguments. */
const SCALARS: Readonly<Record<string, (args: readonly number[]) => CanonicalType>> = {
  boolean: () => ({ kind: 'bool' }),
  smallint: () => ({ kind: 'int16' }),
  integer: () => ({ kind: 'int32' }),
  bigint: () => ({ kind: 'int64' }),
  numeric: ([precision, scale]) => decimalType(precision, scale),
  real: () => ({ kind: 'float32' }),
  'double precision': () => ({ kind: 'float64' }),
  text: () => ({ kind: 'string' }),
  'character varying': ([length]) => (length === undefined ? { kind: 'string' } : { kind: 'string', length }),
  character: ([length]) => ({ kind: 'string', length: length ?? 1 }),
  bytea: () => ({ kind: 'bytes' }),
  date: () => ({ kind: 'date' }),
  'time without time zone': ([precision]) => ({ kind: 'time', precision: precision ?? MICROSECONDS }),
  'timestamp without time zone': ([precision]) => ({
    kind: 'timestamp',
    precision: precision ?? MICROSECONDS,
    tz: false,
  }),
  'timestamp with time zone': ([precision]) => ({ kind: 'timestamp', precision: precision ?? MICROSECONDS, tz: true }),
  interval: () => ({ kind: 'interval' }),
  uuid: () => ({ kind: 'uuid' }),
  json: () => ({ kind: 'json' }),
  jsonb: () => ({ kind: 'json' }),
};

/** Built-in types that have no canonical kind of their own: elsewhere they are their text. */
const TEXTUAL = new Set([
  'bpchar',
  '"char"',
  'name',
  'xml',
  'money',
  'bit',
  'bit varying',
  'inet',
  'cidr',
  'macaddr',
  'macaddr8',
  'time with time zone',
  'point',
  'line',
  'lseg',
  'box',
  'path',
  'polygon',
  'circle',
  'tsvector',
  'tsquery',
  'int4range',
  'int8range',
  'numrange',
  'tsrange',
  'tstzrange',
  'daterange',
  'oid',
  'pg_lsn',
  'jsonpath',
  'xid8',
  'int4multirange',
  'int8multirange',
  'nummultirange',
  'tsmultirange',
  'tstzmultirange',
  'datemultirange',
]);

function decimalType(precision: number | undefined, scale: number = 0): CanonicalType {
  if (precision === undefined) return { kind: 'decimal', precision: NUMERIC_DIGITS, scale: NUMERIC_SCALE };
  // Since Postgres 15 a scale may be negative (whole thousands) or beyond the precision (0.00xxx).
  const digits = Math.max(precision, scale, precision - scale);
  return { kind: 'decimal', precision: digits, scale: Math.max(0, scale) };
}

interface ParsedName {
  readonly base: string;
  readonly args: readonly number[];
  readonly array: boolean;
}

/** `timestamp(3) with time zone[]` -> base `timestamp with time zone`, [3], array. */
export function parseNative(name: string): ParsedName {
  const array = name.endsWith('[]');
  const item = array ? name.slice(0, -2) : name;
  // `interval day to second(3)`: what of an interval is kept is no type of its own.
  if (item.startsWith('interval')) return { base: 'interval', args: [], array };
  const found = /\(([-\d, ]+)\)/.exec(item);
  const args = found === null ? [] : found[1]!.split(',').map(Number);
  return { base: found === null ? item : item.replace(found[0], ''), args, array };
}

/** Whether a type comes with every server: its name and its binary form are the same everywhere. */
export function isBuiltIn(native: string): boolean {
  const { base } = parseNative(native);
  return Object.hasOwn(SCALARS, base) || TEXTUAL.has(base);
}

/**
 * The canonical type of a type as `format_type` names it (domains resolved). Enums, composites, ranges, extension types
 * and everything else without a kind of its own are their text.
 */
export function canonicalType(native: string): CanonicalType {
  const { base, args, array } = parseNative(native);
  const scalar: CanonicalType = Object.hasOwn(SCALARS, base) ? SCALARS[base]!(args) : { kind: 'string' };
  return array ? { kind: 'array', item: scalar } : scalar;
}

/** Whether a column's values are told apart from their text: false for those that are read as `column::text`. */
export const hasOwnKind = (native: string): boolean => Object.hasOwn(SCALARS, parseNative(native).base);

/** The Postgres type that holds every value of a canonical type, or the reason why there is none. */
export function physicalName(type: CanonicalType): { readonly type: string } | { readonly refused: string } {
  switch (type.kind) {
    case 'decimal':
      if (type.precision <= DECLARED_DIGITS) return { type: `numeric(${type.precision},${type.scale})` };
      return type.precision <= NUMERIC_DIGITS && type.scale <= NUMERIC_SCALE
        ? { type: 'numeric' }
        : { refused: `a numeric has at most ${NUMERIC_DIGITS} digits, ${NUMERIC_SCALE} of them after the point` };
    case 'string':
      return {
        type: type.length === undefined || type.length > VARCHAR_LENGTH ? 'text' : `character varying(${type.length})`,
      };
    case 'time':
      if (type.precision > MICROSECONDS)
        return { refused: `Postgres keeps microseconds, time(${type.precision}) is finer` };
      return { type: withPrecision('time', type.precision, 'without time zone') };
    case 'timestamp': {
      if (type.precision > MICROSECONDS)
        return { refused: `Postgres keeps microseconds, timestamp(${type.precision}) is finer` };
      return { type: withPrecision('timestamp', type.precision, type.tz ? 'with time zone' : 'without time zone') };
    }
    case 'array': {
      // An array of arrays must be rectangular in Postgres, a list of lists need not be.
      if (type.item.kind === 'array') return { refused: 'Postgres has no arrays of arrays of different lengths' };
      const item = physicalName(type.item);
      return 'refused' in item ? item : { type: `${item.type}[]` };
    }
    case 'struct':
    case 'map':
      return { refused: `Postgres has no ${type.kind} that keeps the types of its fields` };
    default:
      return { type: PLAIN[type.kind] };
  }
}

const withPrecision = (name: string, precision: number, zone: string): string =>
  precision === MICROSECONDS ? `${name} ${zone}` : `${name}(${precision}) ${zone}`;

const PLAIN = {
  bool: 'boolean',
  int8: 'smallint',
  int16: 'smallint',
  int32: 'integer',
  int64: 'bigint',
  uint8: 'smallint',
  uint16: 'integer',
  uint32: 'bigint',
  uint64: 'numeric(20,0)',
  float32: 'real',
  float64: 'double precision',
  bytes: 'bytea',
  date: 'date',
  interval: 'interval',
  uuid: 'uuid',
  json: 'jsonb',
} as const;

/**
 * The type that a column gets in a Postgres table: its own where it comes from Postgres and every server has it, or
 * where the target has it already (`known`), else the one of its meaning.
 */
export function columnType(
  column: Column,
  known: ReadonlySet<string> = new Set(),
): { readonly type: string } | { readonly refused: string } {
  const { native } = column;
  if (native?.system === SYSTEM && (isBuiltIn(native.type) || known.has(native.type))) return { type: native.type };
  return physicalName(column.type);
}
