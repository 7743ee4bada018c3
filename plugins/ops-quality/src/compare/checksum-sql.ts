import type { CanonicalType } from '@dpone/sdk';
import type { ColumnPair } from './cells.js';
import type { Columns } from './columns.js';
import type { SqlDialect } from './sql-dialects.js';

/** The queries by which a system sums up its own rows. */
export interface ChecksumSql {
  /** Range, rows, keys, and the two sums as texts: one row a range. */
  readonly sums: string;
  rows(columns: readonly string[], ranges: readonly number[]): string;
}

/**
 * Writes them, or nothing where a column has no text that both systems agree on.
 * @param from what is read, as it stands behind FROM.
 */
export function checksumSql(
  dialect: SqlDialect,
  from: string,
  types: ReadonlyMap<string, CanonicalType | undefined>,
  { key, compared }: Columns,
): ChecksumSql | undefined {
  const cells = [...key, ...compared].map((pair) => cell(dialect, types, pair));
  if (cells.includes(undefined)) return undefined;
  const text = (some: readonly (string | undefined)[]): string => (some.length === 0 ? `''` : some.join(' || '));
  const keyHash = dialect.sha256(text(cells.slice(0, key.length)));
  const hashes = `SELECT ${keyHash} AS k, ${dialect.sha256(text(cells))} AS d FROM ${from}${dialect.fence}`;
  const digits = (of: string, start: number, length: number): string =>
    dialect.number(`substr(${of}, ${start}, ${length})`);
  const numbers = `SELECT ${digits('k', 1, 3)} AS r, ${digits('k', 1, 15)} AS k, ${digits('d', 1, 15)} AS a, ${digits('d', 16, 15)} AS b FROM (${hashes}) AS h`;
  return {
    sums: `SELECT r, count(*) AS n, count(DISTINCT k) AS k, CAST(sum(a) AS varchar) AS a, CAST(sum(b) AS varchar) AS b FROM (${numbers}) AS n GROUP BY r`,
    rows: (columns, ranges) =>
      `SELECT ${columns.map((name) => dialect.quote(name)).join(', ')} FROM ${from} WHERE ${digits(`(${keyHash})`, 1, 3)} IN (${ranges.join(', ')})`,
  };
}

/** A cell of a row's text, as `framed` writes it. */
function cell(
  dialect: SqlDialect,
  types: ReadonlyMap<string, CanonicalType | undefined>,
  { name, meaning, marked }: ColumnPair,
): string | undefined {
  if (!types.has(name)) return `'~'`;
  const type = types.get(name);
  if (marked || type === undefined) return undefined;
  const column = dialect.quote(name);
  const text = dialect.text(column, type, meaning);
  if (text === undefined) return undefined;
  return `CASE WHEN ${column} IS NULL THEN '~' ELSE CAST(${dialect.bytes(text)} AS varchar) || ':' || ${text} END`;
}
