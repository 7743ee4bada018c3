import { quoteIdent, quoteLiteral, type Column, type PredicateValue, type TableRef } from '@dpone/sdk';

/** Where a manifest names no schema. */
export const DEFAULT_SCHEMA = 'public';

export const tableName = (table: TableRef): string =>
  `${quoteIdent(table.schema ?? DEFAULT_SCHEMA)}.${quoteIdent(table.name)}`;

/** `public.orders`, as messages, receipts and the lock name a table. */
export const tableLabel = (table: TableRef): string => `${table.schema ?? DEFAULT_SCHEMA}.${table.name}`;

export const columnList = (columns: readonly (Column | string)[]): string =>
  columns.map((c) => quoteIdent(typeof c === 'string' ? c : c.name)).join(', ');

/** A text as a literal, whatever `standard_conforming_strings` says. */
export const textLiteral = (text: string): string =>
  text.includes('\\') ? `E${quoteLiteral(text.replaceAll('\\', '\\\\'))}` : quoteLiteral(text);

/** A plain value as a literal of unknown type, which Postgres reads as the type it is compared with. */
export function literal(value: PredicateValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : textLiteral(String(value));
}

/** `a = b` for each key column. A NULL matches nothing; only so can the server use an index or a hash of the key. */
export const keysEqual = (left: string, right: string, key: readonly string[]): string =>
  key.map((k) => `${left}.${quoteIdent(k)} = ${right}.${quoteIdent(k)}`).join(' AND ');

/** `a IS NOT DISTINCT FROM b` for each key column: a NULL in a key is a value like any other. */
export const keysMatch = (left: string, right: string, key: readonly string[]): string =>
  key.map((k) => `${left}.${quoteIdent(k)} IS NOT DISTINCT FROM ${right}.${quoteIdent(k)}`).join(' AND ');
