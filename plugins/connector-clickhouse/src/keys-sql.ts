import type { Column, TableRef } from '@dpone/sdk';
import { ident, tableName } from './sql.js';

/**
 * Whether a row's key is among those of a table: `(a, b) IN (SELECT a, b FROM t)`. A NULL in a key is a value like any
 * other, which ClickHouse's IN does not know; and what a mutation runs later knows no setting of this session.
 */
export const keyAmong = (
  key: readonly string[],
  columns: readonly Column[],
  table: TableRef,
  where: string = '',
): string => `(${keyParts(key, columns)}) IN (SELECT ${keyParts(key, columns)} FROM ${tableName(table)}${where})`;

export function keyParts(key: readonly string[], columns: readonly Column[]): string {
  return key
    .flatMap((name) => {
      const nullable = columns.find((c) => c.name === name)?.nullable ?? true;
      return nullable ? [`isNull(${ident(name)})`, `ifNull(toString(${ident(name)}), '')`] : [ident(name)];
    })
    .join(', ');
}
