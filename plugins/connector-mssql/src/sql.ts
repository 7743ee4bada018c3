import type { Column, PredicateValue, TableRef } from '@dpone/sdk';

/** Where a manifest names no schema. */
export const DEFAULT_SCHEMA = 'dbo';

/** A collation that tells apart what differs at all, and orders by code units. */
export const BINARY = 'Latin1_General_100_BIN2';

/** An identifier in brackets: https://learn.microsoft.com/sql/t-sql/functions/quotename-transact-sql */
export const quoteName = (name: string): string => `[${name.replaceAll(']', ']]')}]`;

export const tableName = (table: TableRef): string =>
  `${quoteName(table.schema ?? DEFAULT_SCHEMA)}.${quoteName(table.name)}`;

/** `dbo.orders`, as messages, receipts and the lock name a table. */
export const tableLabel = (table: TableRef): string => `${table.schema ?? DEFAULT_SCHEMA}.${table.name}`;

export const columnList = (columns: readonly (Column | string)[]): string =>
  columns.map((c) => quoteName(typeof c === 'string' ? c : c.name)).join(', ');

/**
 * A text as a Unicode literal. A backslash at the end of a line would join it with the next one and both would be lost
 * (https://learn.microsoft.com/sql/t-sql/language-elements/sql-server-utilities-statements-backslash): the literal is
 * parted there, as nvarchar(max), because a sum of shorter ones is cut at 4000 characters.
 */
export function textLiteral(text: string): string {
  const parts = text.split(/(?<=\\)(?=\r?\n)/).map((part) => `N'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts[0]! : `(CAST(N'' AS nvarchar(max)) + ${parts.join(' + ')})`;
}

/** A plain value as a literal, which the server reads as the type that it is compared with. */
export function literal(value: PredicateValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : textLiteral(String(value));
}

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;
const NUMERIC = /^(?:u?int|decimal|float)/;

/**
 * A value as a literal for one of these columns. A text that is compared with a decimal is rounded to its scale first,
 * and one with more than milliseconds is no datetime: both are written so that nothing of them is lost.
 */
export const literalFor =
  (columns: readonly Column[]) =>
  (value: PredicateValue, name: string): string => {
    const column = columns.find((c) => c.name === name);
    if (typeof value !== 'string' || column === undefined) return literal(value);
    if (NUMERIC.test(column.type.kind) && NUMBER.test(value)) return value;
    const native = column.native?.type;
    return native === 'datetime' || native === 'smalldatetime'
      ? `CAST(CAST(${literal(value)} AS datetime2(3)) AS ${native})`
      : literal(value);
  };

/** `a = b` for each key column. A NULL matches nothing; only so can the server use an index or a hash of the key. */
export const keysEqual = (left: string, right: string, key: readonly string[]): string =>
  key.map((k) => `${left}.${quoteName(k)} = ${right}.${quoteName(k)}`).join(' AND ');

/** Whether two keys are the same where NULL is a value like any other. */
export const keysMatch = (left: string, right: string, key: readonly string[]): string => {
  const of = (alias: string): string => key.map((k) => `${alias}.${quoteName(k)}`).join(', ');
  return `EXISTS (SELECT ${of(left)} INTERSECT SELECT ${of(right)})`;
};
