import { quoteIdent, type CanonicalType, type Column } from '@dpone/sdk';
import { parseTypeName, type ParsedType } from './parse-type.js';

export const SYSTEM = 'duckdb';

/** DuckDB's types of one canonical meaning, read: name -> canonical type. `physicalName` is the way back. */
const SCALARS: Readonly<Record<string, CanonicalType>> = {
  BOOLEAN: { kind: 'bool' },
  TINYINT: { kind: 'int8' },
  SMALLINT: { kind: 'int16' },
  INTEGER: { kind: 'int32' },
  BIGINT: { kind: 'int64' },
  UTINYINT: { kind: 'uint8' },
  USMALLINT: { kind: 'uint16' },
  UINTEGER: { kind: 'uint32' },
  UBIGINT: { kind: 'uint64' },
  /** 128-bit integers have up to 39 digits, one more than DECIMAL holds; `native` leads back to them. */
  HUGEINT: { kind: 'decimal', precision: 39, scale: 0 },
  UHUGEINT: { kind: 'decimal', precision: 39, scale: 0 },
  FLOAT: { kind: 'float32' },
  DOUBLE: { kind: 'float64' },
  VARCHAR: { kind: 'string' },
  BLOB: { kind: 'bytes' },
  DATE: { kind: 'date' },
  TIME: { kind: 'time', precision: 6 },
  TIME_NS: { kind: 'time', precision: 9 },
  TIMESTAMP: { kind: 'timestamp', precision: 6, tz: false },
  TIMESTAMP_S: { kind: 'timestamp', precision: 0, tz: false },
  TIMESTAMP_MS: { kind: 'timestamp', precision: 3, tz: false },
  TIMESTAMP_NS: { kind: 'timestamp', precision: 9, tz: false },
  'TIMESTAMP WITH TIME ZONE': { kind: 'timestamp', precision: 6, tz: true },
  INTERVAL: { kind: 'interval' },
  UUID: { kind: 'uuid' },
  JSON: { kind: 'json' },
  /** A column of NULLs alone, as a sniffed file or `SELECT NULL` gives it. */
  '"NULL"': { kind: 'string' },
  NULL: { kind: 'string' },
  ENUM: { kind: 'string' },
};

/** The canonical type of a DuckDB type name; undefined for types that have none (UNION, BIT, BIGNUM, TIMETZ, VARIANT, GEOMETRY). */
export function canonicalType(name: string): CanonicalType | undefined {
  return fromParsed(parseTypeName(name));
}

function fromParsed(type: ParsedType): CanonicalType | undefined {
  if ('item' in type) {
    const item = fromParsed(type.item);
    return item && { kind: 'array', item };
  }
  if ('fields' in type) {
    const fields = type.fields.map((f) => ({ name: f.name, type: fromParsed(f.type) }));
    if (!fields.every((f): f is { name: string; type: CanonicalType } => f.type !== undefined)) return undefined;
    return { kind: 'struct', fields };
  }
  if ('key' in type) {
    const key = fromParsed(type.key);
    const value = fromParsed(type.value);
    return key && value && { kind: 'map', key, value };
  }
  if (type.name === 'DECIMAL')
    return { kind: 'decimal', precision: Number(type.args[0] ?? 18), scale: Number(type.args[1] ?? 3) };
  return SCALARS[type.name];
}

/** The DuckDB type that holds every value of a canonical type, or the reason why there is none. */
export function physicalName(type: CanonicalType): { readonly type: string } | { readonly refused: string } {
  switch (type.kind) {
    case 'decimal':
      return type.precision <= 38
        ? { type: `DECIMAL(${type.precision},${type.scale})` }
        : { refused: `DuckDB's DECIMAL has at most 38 digits, decimal(${type.precision},${type.scale}) has more` };
    case 'time':
      if (type.precision > 9) return { refused: `DuckDB keeps nanoseconds, time(${type.precision}) is finer` };
      return { type: type.precision > 6 ? 'TIME_NS' : 'TIME' };
    case 'timestamp':
      if (type.tz)
        return type.precision <= 6
          ? { type: 'TIMESTAMP WITH TIME ZONE' }
          : {
              refused: `DuckDB's TIMESTAMPTZ keeps microseconds, timestamp(${type.precision}) with time zone is finer`,
            };
      if (type.precision > 9) return { refused: `DuckDB keeps nanoseconds, timestamp(${type.precision}) is finer` };
      return { type: type.precision > 6 ? 'TIMESTAMP_NS' : 'TIMESTAMP' };
    case 'array': {
      const item = physicalName(type.item);
      return 'refused' in item ? item : { type: `${item.type}[]` };
    }
    case 'map': {
      const key = physicalName(type.key);
      if ('refused' in key) return key;
      const value = physicalName(type.value);
      return 'refused' in value ? value : { type: `MAP(${key.type}, ${value.type})` };
    }
    case 'struct': {
      if (type.fields.length === 0) return { refused: 'DuckDB has no struct without fields' };
      const seen = new Set<string>();
      const fields: string[] = [];
      for (const field of type.fields) {
        const inner = physicalName(field.type);
        if ('refused' in inner) return inner;
        if (seen.has(field.name.toLowerCase()))
          return { refused: `DuckDB does not tell struct fields apart by case: ${field.name}` };
        seen.add(field.name.toLowerCase());
        fields.push(`${quoteIdent(field.name)} ${inner.type}`);
      }
      return { type: `STRUCT(${fields.join(', ')})` };
    }
    default:
      return { type: PLAIN[type.kind] };
  }
}

const PLAIN = {
  bool: 'BOOLEAN',
  int8: 'TINYINT',
  int16: 'SMALLINT',
  int32: 'INTEGER',
  int64: 'BIGINT',
  uint8: 'UTINYINT',
  uint16: 'USMALLINT',
  uint32: 'UINTEGER',
  uint64: 'UBIGINT',
  float32: 'FLOAT',
  float64: 'DOUBLE',
  string: 'VARCHAR',
  bytes: 'BLOB',
  date: 'DATE',
  interval: 'INTERVAL',
  uuid: 'UUID',
  json: 'JSON',
} as const;

/** The type that a column gets in a DuckDB table: its own where it comes from DuckDB, else the one of its meaning. */
export function columnType(column: Column): { readonly type: string } | { readonly refused: string } {
  const native = column.native;
  if (native?.system === SYSTEM && (native.type === 'HUGEINT' || native.type === 'UHUGEINT')) {
    const own = SCALARS[native.type]!;
    if (column.type.kind === 'decimal' && own.kind === 'decimal' && column.type.precision === own.precision)
      return { type: native.type };
  }
  return physicalName(column.type);
}
