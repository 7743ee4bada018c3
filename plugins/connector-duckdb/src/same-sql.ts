import { quoteIdent, type CanonicalType, type Column } from '@dpone/sdk';

/** Whether rows differ in one of the columns; NULL is the same as NULL. */
export function differs(left: string, right: string, names: readonly string[], columns: readonly Column[]): string {
  const compared = columns.filter((c) => names.includes(c.name));
  const one = ({ name, type }: Column): string =>
    distinct(type, `${left}.${quoteIdent(name)}`, `${right}.${quoteIdent(name)}`);
  return compared.length === 0 ? 'false' : `(${compared.map(one).join(' OR ')})`;
}

/** Whether values differ in anything: DuckDB calls 0 and -0 equal, and 30 days and a month. */
export function distinct({ kind }: CanonicalType, a: string, b: string): string {
  if (kind === 'interval') return `CAST(${a} AS VARCHAR) IS DISTINCT FROM CAST(${b} AS VARCHAR)`;
  if (kind === 'float32' || kind === 'float64')
    return `${a} IS DISTINCT FROM ${b} OR signbit(${a}) IS DISTINCT FROM signbit(${b})`;
  return `${a} IS DISTINCT FROM ${b}`;
}
