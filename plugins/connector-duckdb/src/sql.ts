import { fail, quoteIdent, quoteLiteral, type Column, type PredicateValue, type TableRef } from '@dpone/sdk';
import { columnType } from './types.js';

export const DEFAULT_SCHEMA = 'main';

export const tableName = (table: TableRef): string =>
  `${quoteIdent(table.schema ?? DEFAULT_SCHEMA)}.${quoteIdent(table.name)}`;

/** `main.orders`, as messages, receipts and the lock name a table. */
export const tableLabel = (table: TableRef): string => `${table.schema ?? DEFAULT_SCHEMA}.${table.name}`;

export const columnList = (columns: readonly (Column | string)[]): string =>
  columns.map((c) => quoteIdent(typeof c === 'string' ? c : c.name)).join(', ');

/** The column's DuckDB type; DPONE_NO_LANE where it has none (`physicalType` says so when the load is planned). */
export function sqlType(column: Column): string {
  const type = columnType(column);
  if ('refused' in type) throw fail('DPONE_NO_LANE', type.refused, { where: `column ${column.name}` });
  return type.type;
}

export const columnDefinition = (column: Column): string => `${quoteIdent(column.name)} ${sqlType(column)}`;

/** A plain value as a literal. Text is compared as the column's own type: DuckDB casts an untyped string literal. */
export function literal(value: PredicateValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number')
    return Number.isFinite(value) ? String(value) : `${quoteLiteral(String(value))}::DOUBLE`;
  return quoteLiteral(value);
}

/** `['a', 'b']`, a list of texts. */
export const textList = (values: readonly string[]): string => `[${values.map(quoteLiteral).join(', ')}]`;

/** `a IS NOT DISTINCT FROM b` for each key column: a NULL in a key is a value like any other. */
export const keysMatch = (left: string, right: string, key: readonly string[]): string =>
  key.map((k) => `${left}.${quoteIdent(k)} IS NOT DISTINCT FROM ${right}.${quoteIdent(k)}`).join(' AND ');
