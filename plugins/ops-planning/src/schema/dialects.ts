import { quoteIdent } from '@dpone/sdk';
import type { ColumnDef } from './column-def.js';

export const DIALECTS = ['mssql', 'postgres', 'clickhouse', 'bigquery'] as const;
export type DialectName = (typeof DIALECTS)[number];

export interface Dialect {
  readonly quote: (name: string) => string;
  /** A table's name, dots and all. */
  readonly table: (name: string) => string;
  /** The type that the preview of a migration names; text that is no type of the system where it cannot tell. */
  readonly type: (dtype: string) => string;
  /** The type that loses nothing, with what makes it nullable. */
  readonly exact: (column: ColumnDef) => string;
  readonly add: (table: string, column: string, type: string) => string;
  readonly alter: (table: string, column: string, type: string) => string;
  /** How NULL and NOT NULL stand behind a type; empty where they do not. */
  readonly nullability: (nullable: boolean) => string;
}

type Rule = readonly [pattern: RegExp, type: string];
const first = (rules: readonly Rule[], dtype: string): string | undefined => {
  const type = dtype.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  return rules.find(([pattern]) => pattern.test(type))?.[1];
};

const bracketed = (name: string): string => `[${name.replaceAll(']', ']]')}]`;
const backticked = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
const dotted =
  (quote: (name: string) => string) =>
  (name: string): string =>
    name.split('.').map(quote).join('.');

const MSSQL: readonly Rule[] = [
  [/^(text|string|varchar|character varying|nvarchar|json|jsonb|xml|citext)$/, 'nvarchar(max)'],
  [/^(bool|boolean)$/, 'bit'],
  [/^(int|int4|integer)$/, 'int'],
  [/^int2$/, 'smallint'],
  [/^int8$/, 'bigint'],
  [/^(timestamptz|timestamp with time zone)/, 'datetimeoffset'],
  [/^timestamp/, 'datetime2'],
  [/^(double precision|float8|double|float64)$/, 'float'],
  [/^(float4|float32)$/, 'real'],
  [/^uuid$/, 'uniqueidentifier'],
  [/^(bytea|bytes|blob)$/, 'varbinary(max)'],
];

const CLICKHOUSE: readonly Rule[] = [
  [/^(bigint|int8|int64)$/, 'Int64'],
  [/^(smallint|int2)$/, 'Int16'],
  [/^tinyint$/, 'UInt8'],
  [/^(int|int4|integer)$/, 'Int32'],
  [/^(real|float4|float32)$/, 'Float32'],
  [/^(float|float8|double|double precision|float64)$/, 'Float64'],
  [/^(bool|boolean|bit)$/, 'Bool'],
  [/^date$/, 'Date'],
  [/^(datetime|timestamp|smalldatetime)/, 'DateTime64(6)'],
  [/^(uuid|uniqueidentifier)$/, 'UUID'],
];

const BIGQUERY: readonly Rule[] = [
  [/int/, 'INT64'],
  [/decimal|numeric|money/, 'BIGNUMERIC'],
  [/float|double|real/, 'FLOAT64'],
  [/^date$/, 'DATE'],
  [/time|date/, 'TIMESTAMP'],
  [/bool|^bit$/, 'BOOL'],
  [/^(bytes|bytea|(var)?binary)/, 'BYTES'],
  [/^jsonb?$/, 'JSON'],
];

const decimalOf = (dtype: string): readonly [precision: number, scale: number] | undefined => {
  const found = /^\s*(?:numeric|decimal)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)\s*$/i.exec(dtype);
  return found === null ? undefined : [Number(found[1]), Number(found[2] ?? 0)];
};

const isDecimal = (dtype: string): boolean => /^\s*(numeric|decimal)/i.test(dtype);

const clickhouseType = (dtype: string): string =>
  isDecimal(dtype) ? 'Decimal(38, 10)' : (first(CLICKHOUSE, dtype) ?? 'String');

function clickhouseExact({ dtype, nullable }: ColumnDef): string {
  const decimal = decimalOf(dtype);
  const type = decimal === undefined ? clickhouseType(dtype) : `Decimal(${decimal[0]}, ${decimal[1]})`;
  return nullable ? `Nullable(${type})` : type;
}

function bigqueryExact({ dtype }: ColumnDef): string {
  const decimal = decimalOf(dtype);
  if (decimal === undefined) return first(BIGQUERY, dtype) ?? 'STRING';
  const [precision, scale] = decimal;
  return `${precision - scale <= 29 && scale <= 9 ? 'NUMERIC' : 'BIGNUMERIC'}(${precision}, ${scale})`;
}

const nullText = (nullable: boolean): string => (nullable ? ' NULL' : ' NOT NULL');
const none = (): string => '';

export const DIALECT: Readonly<Record<DialectName, Dialect>> = {
  mssql: {
    quote: bracketed,
    table: dotted(bracketed),
    type: (dtype) => first(MSSQL, dtype) ?? dtype,
    exact: ({ dtype }) => first(MSSQL, dtype) ?? dtype,
    add: (table, column, type) => `ALTER TABLE ${table} ADD ${column} ${type}`,
    alter: (table, column, type) => `ALTER TABLE ${table} ALTER COLUMN ${column} ${type}`,
    nullability: nullText,
  },
  postgres: {
    quote: quoteIdent,
    table: dotted(quoteIdent),
    type: (dtype) => dtype,
    exact: ({ dtype }) => dtype,
    add: (table, column, type) => `ALTER TABLE ${table} ADD COLUMN ${column} ${type}`,
    alter: (table, column, type) => `ALTER TABLE ${table} ALTER COLUMN ${column} TYPE ${type}`,
    nullability: none,
  },
  clickhouse: {
    quote: backticked,
    table: dotted(backticked),
    type: clickhouseType,
    exact: clickhouseExact,
    add: (table, column, type) => `ALTER TABLE ${table} ADD COLUMN ${column} ${type}`,
    alter: (table, column, type) => `ALTER TABLE ${table} MODIFY COLUMN ${column} ${type}`,
    nullability: none,
  },
  bigquery: {
    quote: backticked,
    table: backticked,
    type: (dtype) => first(BIGQUERY, dtype) ?? 'STRING',
    exact: bigqueryExact,
    add: (table, column, type) => `ALTER TABLE ${table} ADD COLUMN ${column} ${type}`,
    alter: (table, column, type) => `ALTER TABLE ${table} ALTER COLUMN ${column} SET DATA TYPE ${type}`,
    nullability: none,
  },
};
