import type { CanonicalType, Column } from '@dpone/sdk';

export const SYSTEM = 'mssql';

/** Most digits of a decimal (https://learn.microsoft.com/sql/t-sql/data-types/decimal-and-numeric-transact-sql). */
const DECIMAL_DIGITS = 38;
/** Longest nvarchar(n) (https://learn.microsoft.com/sql/t-sql/data-types/nchar-and-nvarchar-transact-sql). */
const NVARCHAR_LENGTH = 4000;
/** datetime2(7), time(7) and datetimeoffset(7) count 100 ns. */
const FINEST = 7;

/** A type's name in its parts: `nvarchar(max)` is base `nvarchar`, args ['max']. */
export interface NativeType {
  readonly base: string;
  readonly args: readonly (number | 'max')[];
}

export function parseNative(name: string): NativeType {
  const [, base = name, args = ''] = /^(\w+)\s*(?:\(([^)]*)\))?$/.exec(name.trim().toLowerCase()) ?? [];
  const list = args.split(',').map((arg) => arg.trim());
  return { base, args: args === '' ? [] : list.map((arg) => (arg === 'max' ? 'max' : Number(arg))) };
}

type Reading = (args: NativeType['args']) => CanonicalType;

const text: Reading = ([length]) => (typeof length === 'number' ? { kind: 'string', length } : { kind: 'string' });
const plain =
  (type: CanonicalType): Reading =>
  () =>
    type;
const fraction = (precision: number | 'max' | undefined): number =>
  typeof precision === 'number' ? precision : FINEST;
const decimal: Reading = ([precision, scale]) => ({
  kind: 'decimal',
  precision: typeof precision === 'number' ? precision : 18,
  scale: typeof scale === 'number' ? scale : 0,
});

/** SQL Server's own types of one canonical meaning (https://learn.microsoft.com/sql/t-sql/data-types/data-types-transact-sql). */
const READINGS: Readonly<Record<string, Reading>> = {
  bit: plain({ kind: 'bool' }),
  tinyint: plain({ kind: 'uint8' }),
  smallint: plain({ kind: 'int16' }),
  int: plain({ kind: 'int32' }),
  bigint: plain({ kind: 'int64' }),
  decimal,
  numeric: decimal,
  money: plain({ kind: 'decimal', precision: 19, scale: 4 }),
  smallmoney: plain({ kind: 'decimal', precision: 10, scale: 4 }),
  real: plain({ kind: 'float32' }),
  // float(n) up to 24 bits is a real (https://learn.microsoft.com/sql/t-sql/data-types/float-and-real-transact-sql).
  float: ([bits]) => ({ kind: typeof bits === 'number' && bits <= 24 ? 'float32' : 'float64' }),
  char: ([length]) => ({ kind: 'string', length: typeof length === 'number' ? length : 1 }),
  nchar: ([length]) => ({ kind: 'string', length: typeof length === 'number' ? length : 1 }),
  varchar: text,
  nvarchar: text,
  sysname: plain({ kind: 'string', length: 128 }),
  text: plain({ kind: 'string' }),
  ntext: plain({ kind: 'string' }),
  xml: plain({ kind: 'string' }),
  hierarchyid: plain({ kind: 'string' }),
  json: plain({ kind: 'json' }),
  binary: plain({ kind: 'bytes' }),
  varbinary: plain({ kind: 'bytes' }),
  image: plain({ kind: 'bytes' }),
  rowversion: plain({ kind: 'bytes' }),
  timestamp: plain({ kind: 'bytes' }),
  uniqueidentifier: plain({ kind: 'uuid' }),
  date: plain({ kind: 'date' }),
  time: ([precision]) => ({ kind: 'time', precision: fraction(precision) }),
  // Ticks of 1/300 s, which the server shows in milliseconds (https://learn.microsoft.com/sql/t-sql/data-types/datetime-transact-sql).
  datetime: plain({ kind: 'timestamp', precision: 3, tz: false }),
  smalldatetime: plain({ kind: 'timestamp', precision: 0, tz: false }),
  datetime2: ([precision]) => ({ kind: 'timestamp', precision: fraction(precision), tz: false }),
  datetimeoffset: ([precision]) => ({ kind: 'timestamp', precision: fraction(precision), tz: true }),
};

/** The canonical type of a type by its name with its arguments; undefined where it has none that keeps its values. */
export function canonicalType(native: string): CanonicalType | undefined {
  const { base, args } = parseNative(native);
  return Object.hasOwn(READINGS, base) ? READINGS[base]!(args) : undefined;
}

/** The type that holds every value of a canonical type, or the reason why there is none. */
export function physicalName(type: CanonicalType): { readonly type: string } | { readonly refused: string } {
  switch (type.kind) {
    case 'decimal':
      return type.precision <= DECIMAL_DIGITS && type.scale <= type.precision
        ? { type: `decimal(${type.precision},${type.scale})` }
        : { refused: `a decimal of SQL Server has at most ${DECIMAL_DIGITS} digits` };
    case 'string':
      return {
        type:
          type.length === undefined || type.length > NVARCHAR_LENGTH
            ? 'nvarchar(max)'
            : `nvarchar(${Math.max(1, type.length)})`,
      };
    case 'time':
      return finest('time', type.precision);
    case 'timestamp':
      return finest(type.tz ? 'datetimeoffset' : 'datetime2', type.precision);
    case 'interval':
      return { refused: 'SQL Server has no type for an interval' };
    case 'array':
    case 'struct':
    case 'map':
      return { refused: `SQL Server has no ${type.kind}` };
    default:
      return { type: PLAIN[type.kind] };
  }
}

const finest = (name: string, precision: number): { readonly type: string } | { readonly refused: string } =>
  precision <= FINEST
    ? { type: `${name}(${precision})` }
    : { refused: `SQL Server counts 100 ns, a precision of ${precision} digits is finer` };

const PLAIN = {
  bool: 'bit',
  int8: 'smallint',
  int16: 'smallint',
  int32: 'int',
  int64: 'bigint',
  uint8: 'tinyint',
  uint16: 'int',
  uint32: 'bigint',
  uint64: 'decimal(20,0)',
  float32: 'real',
  float64: 'float(53)',
  bytes: 'varbinary(max)',
  date: 'date',
  uuid: 'uniqueidentifier',
  json: 'nvarchar(max)',
} as const;

/** Types that a column of another server gets as they are: what the server fills itself, or has no bulk load for, is not among them. */
const KEPT: ReadonlySet<string> = new Set(
  (
    'bit tinyint smallint int bigint decimal numeric money smallmoney real float char nchar varchar nvarchar xml binary ' +
    'varbinary uniqueidentifier date time datetime smalldatetime datetime2 datetimeoffset'
  ).split(' '),
);

/** The type that a column gets in a table: its own where it comes from SQL Server or is the target's, else the one of its meaning. */
export function columnType(column: Column): { readonly type: string } | { readonly refused: string } {
  const { native } = column;
  // dpone's own columns are short and may be searched by: an index takes no nvarchar(max).
  if (column.name.startsWith('__dpone__') && column.type.kind === 'string' && native === undefined)
    return { type: 'nvarchar(64)' };
  if (native?.system !== SYSTEM) return physicalName(column.type);
  const { base } = parseNative(native.type);
  if (KEPT.has(base)) return { type: native.type };
  return physicalName(column.type);
}

/**
 * The type that a column of staging has. A text of a code page turns what it cannot hold into `?` without a word, and
 * XML and JSON have no bulk form: these come in as Unicode texts, and are turned and checked by the server.
 */
export function stagedType(native: string): string {
  const { base, args } = parseNative(native);
  const [length] = args;
  switch (base) {
    case 'char':
    case 'varchar':
      return typeof length === 'number' && length <= NVARCHAR_LENGTH ? `nvarchar(${length})` : 'nvarchar(max)';
    case 'xml':
      return 'nvarchar(max)';
    default:
      return native;
  }
}

/** Whether the values of a type are texts, which have a collation. */
export const isText = (native: string): boolean => /^n?(?:var)?char$/.test(parseNative(native).base);

/** The full name of a type as the catalog says it: lengths are in bytes there, -1 for `max`. */
export function nativeName(type: {
  readonly base: string;
  readonly maxLength: number;
  readonly precision: number;
  readonly scale: number;
}): string {
  const { base, maxLength, precision, scale } = type;
  switch (base) {
    case 'decimal':
    case 'numeric':
      return `${base}(${precision},${scale})`;
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return `${base}(${maxLength === -1 ? 'max' : maxLength})`;
    case 'nchar':
    case 'nvarchar':
      return `${base}(${maxLength === -1 ? 'max' : maxLength / 2})`;
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return `${base}(${scale})`;
    case 'float':
      return 'float(53)';
    case 'timestamp':
      return 'rowversion';
    default:
      return base;
  }
}
