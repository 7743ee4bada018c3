import { fail, type CanonicalType, type Column } from '@dpone/sdk';
import { parseField, parseType } from './parse-type.js';
import { ident } from './sql.js';

export const SYSTEM = 'clickhouse';

/** A column's meaning and whether it can be NULL. */
export interface Meaning {
  readonly type: CanonicalType;
  readonly nullable: boolean;
}

/** ClickHouse's types of one canonical meaning: https://clickhouse.com/docs/sql-reference/data-types */
const SCALARS: Readonly<Record<string, CanonicalType>> = {
  Bool: { kind: 'bool' },
  Int8: { kind: 'int8' },
  Int16: { kind: 'int16' },
  Int32: { kind: 'int32' },
  Int64: { kind: 'int64' },
  UInt8: { kind: 'uint8' },
  UInt16: { kind: 'uint16' },
  UInt32: { kind: 'uint32' },
  UInt64: { kind: 'uint64' },
  Int128: { kind: 'decimal', precision: 39, scale: 0 },
  UInt128: { kind: 'decimal', precision: 39, scale: 0 },
  Int256: { kind: 'decimal', precision: 77, scale: 0 },
  UInt256: { kind: 'decimal', precision: 78, scale: 0 },
  Float32: { kind: 'float32' },
  Float64: { kind: 'float64' },
  String: { kind: 'string' },
  FixedString: { kind: 'string' },
  Enum8: { kind: 'string' },
  Enum16: { kind: 'string' },
  Enum: { kind: 'string' },
  IPv4: { kind: 'string' },
  IPv6: { kind: 'string' },
  UUID: { kind: 'uuid' },
  Date: { kind: 'date' },
  Date32: { kind: 'date' },
  Time: { kind: 'time', precision: 0 },
};

/** Digits of Decimal32, 64, 128 and 256: https://clickhouse.com/docs/sql-reference/data-types/decimal */
const DECIMALS: Readonly<Record<string, number>> = { Decimal32: 9, Decimal64: 18, Decimal128: 38, Decimal256: 76 };
const DECIMAL_DIGITS = 76;
const NANOSECONDS = 9;

/**
 * The meaning of a type's name; undefined for types that have none (AggregateFunction, Variant, Dynamic, JSON, Nested,
 * geometry, intervals). A DateTime without a zone is a wall clock where the server's zone is UTC, as both are the same
 * there, and an instant elsewhere.
 */
export function meaningOf(name: string, serverZone: string = 'UTC'): Meaning | undefined {
  const { name: base, args } = parseType(name);
  const whole = (type: CanonicalType): Meaning => ({ type, nullable: false });
  const inner = (i: number): Meaning | undefined => meaningOf(args[i] ?? '', serverZone);
  switch (base) {
    case 'Nullable': {
      const of = inner(0);
      return of && { type: of.type, nullable: true };
    }
    case 'LowCardinality':
      return inner(0);
    case 'SimpleAggregateFunction':
      return inner(1);
    case 'Decimal':
      return whole({ kind: 'decimal', precision: Number(args[0] ?? 10), scale: Number(args[1] ?? 0) });
    case 'DateTime':
      return whole({ kind: 'timestamp', precision: 0, tz: isInstant(args[0], serverZone) });
    case 'DateTime64':
      return whole({ kind: 'timestamp', precision: Number(args[0] ?? 3), tz: isInstant(args[1], serverZone) });
    case 'Time64':
      return whole({ kind: 'time', precision: Number(args[0] ?? 3) });
    case 'Array': {
      const item = inner(0);
      return item && whole({ kind: 'array', item: item.type });
    }
    case 'Map': {
      const [key, value] = [inner(0), inner(1)];
      return key && value && whole({ kind: 'map', key: key.type, value: value.type });
    }
    case 'Tuple': {
      const fields = args.map((arg, i) => {
        const field = parseField(arg, i);
        return { name: field.name, type: meaningOf(field.type, serverZone)?.type };
      });
      if (fields.length === 0 || fields.some((f) => f.type === undefined)) return undefined;
      return whole({ kind: 'struct', fields: fields as { name: string; type: CanonicalType }[] });
    }
    default: {
      const digits = DECIMALS[base];
      if (digits !== undefined) return whole({ kind: 'decimal', precision: digits, scale: Number(args[0] ?? 0) });
      const scalar = Object.hasOwn(SCALARS, base) ? SCALARS[base] : undefined;
      return scalar && whole(scalar);
    }
  }
}

const isUtc = (zone: string): boolean => /^(?:Etc\/)?(?:UTC|GMT|UCT|Universal|Zulu)$/i.test(zone);
const isInstant = (zone: string | undefined, serverZone: string): boolean => zone !== undefined || !isUtc(serverZone);

type Named = { readonly type: string } | { readonly refused: string };

/** Kinds that cannot be NULL in ClickHouse. */
export const neverNull = (type: CanonicalType): boolean =>
  type.kind === 'array' || type.kind === 'map' || type.kind === 'struct';

const nullableName = (type: CanonicalType, name: string): string => (neverNull(type) ? name : `Nullable(${name})`);

/** The ClickHouse type that holds every value of a canonical type but NULL, or the reason why there is none. */
export function physicalName(type: CanonicalType): Named {
  switch (type.kind) {
    case 'decimal':
      return type.precision <= DECIMAL_DIGITS
        ? { type: `Decimal(${type.precision}, ${type.scale})` }
        : { refused: `a Decimal has at most ${DECIMAL_DIGITS} digits; cast the column in the source` };
    case 'time':
      return type.precision <= NANOSECONDS
        ? { type: `Time64(${type.precision})` }
        : { refused: `Time64 keeps nanoseconds, time(${type.precision}) is finer` };
    case 'timestamp':
      // Also without a zone: every session reads the same wall clock. The column's comment tells the two apart.
      return type.precision <= NANOSECONDS
        ? { type: `DateTime64(${type.precision}, 'UTC')` }
        : { refused: `DateTime64 keeps nanoseconds, timestamp(${type.precision}) is finer` };
    case 'interval':
      return { refused: 'ClickHouse has no type of intervals with several units; cast the column in the source' };
    case 'array': {
      const item = physicalName(type.item);
      return 'refused' in item ? item : { type: `Array(${nullableName(type.item, item.type)})` };
    }
    case 'map': {
      const [key, value] = [physicalName(type.key), physicalName(type.value)];
      if ('refused' in key) return key;
      if ('refused' in value) return value;
      if (neverNull(type.key) || type.key.kind === 'float32' || type.key.kind === 'float64')
        return { refused: `a Map has no keys of ${type.key.kind}` };
      return { type: `Map(${key.type}, ${nullableName(type.value, value.type)})` };
    }
    case 'struct': {
      if (type.fields.length === 0) return { refused: 'ClickHouse has no Tuple of columns without fields' };
      const fields: string[] = [];
      for (const field of type.fields) {
        const inner = physicalName(field.type);
        if ('refused' in inner) return inner;
        fields.push(`${ident(field.name)} ${nullableName(field.type, inner.type)}`);
      }
      return { type: `Tuple(${fields.join(', ')})` };
    }
    default:
      return { type: PLAIN[type.kind] };
  }
}

const PLAIN = {
  bool: 'Bool',
  int8: 'Int8',
  int16: 'Int16',
  int32: 'Int32',
  int64: 'Int64',
  uint8: 'UInt8',
  uint16: 'UInt16',
  uint32: 'UInt32',
  uint64: 'UInt64',
  float32: 'Float32',
  float64: 'Float64',
  string: 'String',
  bytes: 'String',
  date: 'Date32',
  uuid: 'UUID',
  json: 'String',
} as const;

/** A type's name with or without NULL: `LowCardinality(String)` -> `LowCardinality(Nullable(String))`. */
export function withNull(name: string, nullable: boolean): string {
  const { name: base, args } = parseType(name);
  if (base === 'LowCardinality') return `LowCardinality(${withNull(args[0]!, nullable)})`;
  if (base === 'Nullable') return nullable ? name : args[0]!;
  return nullable && !/^(?:Array|Map|Tuple)$/.test(base) ? `Nullable(${name})` : name;
}

/** Types without a zone of their own: a table that is made gets one, so that no server reads them otherwise. */
const zoneless = (name: string): boolean => {
  const { name: base, args } = parseType(withNull(name, false));
  return (base === 'DateTime' && args.length === 0) || (base === 'DateTime64' && args.length < 2);
};

/** The type that a column gets in a ClickHouse table: its own where it comes from ClickHouse, else the one of its meaning. */
export function columnType(column: Column): Named {
  const native = ownType(column);
  if (native !== undefined && !zoneless(native)) return { type: withNull(native, column.nullable) };
  const named = physicalName(column.type);
  if ('refused' in named) return named;
  return { type: column.nullable ? nullableName(column.type, named.type) : named.type };
}

function ownType({ native, type }: Column): string | undefined {
  if (native?.system !== SYSTEM) return undefined;
  const own = meaningOf(native.type)?.type;
  // A widened column keeps the old type's name; `bytes` and `json` are kept as String.
  const same = own?.kind === type.kind || (own?.kind === 'string' && (type.kind === 'bytes' || type.kind === 'json'));
  return same ? native.type : undefined;
}

/** What a type of ClickHouse does not say of a column, and its comment does therefore; undefined where it says everything. */
function unsaid({ type }: Pick<Column, 'type'>): string | undefined {
  if (type.kind === 'bytes' || type.kind === 'json') return type.kind;
  return type.kind === 'timestamp' && !type.tz ? 'timestamp without time zone' : undefined;
}

const UNSAID = /\s*\[dpone: ([^\]]+)\]$/;

/** The comment of a column that a load makes, its meaning behind what the source says of it: `paid at [dpone: bytes]`. */
export function commentOf(column: Column): string | undefined {
  const said = [column.comment, ...[unsaid(column)].map((what) => what && `[dpone: ${what}]`)];
  return said.filter((part) => part !== undefined && part !== '').join(' ') || undefined;
}

/** A column as its comment explains it. */
export function explained(column: Column): Column {
  const { comment, ...rest } = column;
  const what = UNSAID.exec(comment ?? '')?.[1];
  const own = comment?.replace(UNSAID, '');
  const more = own === undefined || own === '' ? {} : { comment: own };
  const { type } = column;
  if (what === 'timestamp without time zone' && type.kind === 'timestamp')
    return { ...rest, ...more, type: { ...type, tz: false } };
  if ((what === 'bytes' || what === 'json') && type.kind === 'string')
    return { ...rest, ...more, type: { kind: what } };
  return { ...rest, ...more };
}

/** The type of a staged column: exactly the target's where there is one. DPONE_NO_LANE where there is none. */
export function stagedType(column: Column): string {
  const native = ownType(column);
  if (native !== undefined) return withNull(native, column.nullable);
  const named = columnType(column);
  if ('refused' in named) throw fail('DPONE_NO_LANE', named.refused, { where: `column ${column.name}` });
  return named.type;
}
