import type { Column, PredicateValue, TableRef } from '@dpone/sdk';

const escaped = (text: string, quote: string): string =>
  text.replace(/[\\\0\n\r\t\b\f]|['`]/g, (c) => {
    if (c === "'" || c === '`') return c === quote ? `\\${c}` : c;
    return { '\\': '\\\\', '\0': '\\0', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f' }[c]!;
  });

/** An identifier in backticks: https://clickhouse.com/docs/sql-reference/syntax#identifiers */
export const ident = (name: string): string => `\`${escaped(name, '`')}\``;

/** A text literal; backslashes are escapes in ClickHouse: https://clickhouse.com/docs/sql-reference/syntax#string */
export const text = (value: string): string => `'${escaped(value, "'")}'`;

/** `` `mart`.`orders` ``. The schema is filled in before a table gets here. */
export const tableName = (table: TableRef): string =>
  table.schema === undefined ? ident(table.name) : `${ident(table.schema)}.${ident(table.name)}`;

/** `mart.orders`, as messages, receipts and the lock name a table. */
export const tableLabel = (table: TableRef): string =>
  table.schema === undefined ? table.name : `${table.schema}.${table.name}`;

export const columnList = (columns: readonly (Column | string)[]): string =>
  columns.map((c) => ident(typeof c === 'string' ? c : c.name)).join(', ');

/** A plain value as a literal; texts become the type of the column that they are compared with. */
export function literal(value: PredicateValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `${value > 0 ? '' : '-'}inf`;
  return text(value);
}
