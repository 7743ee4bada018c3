import type { CanonicalType, Column } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import { plain } from '../fidelity/plain.js';
import { fromJson, fromText, parseJson } from '../fidelity/value-text.js';

/** A value by the text that a server prints of it: bytes in hex, nested values as JSON, instants in UTC. */
export function valueOf(text: string | null, type: CanonicalType): unknown {
  if (text === null) return null;
  switch (type.kind) {
    case 'bytes':
      return Buffer.from(text, 'hex');
    case 'array':
    case 'struct':
    case 'map':
      return fromJson(parseJson(text), type);
    default:
      return fromText(text, type);
  }
}

/** A row by the texts of its columns, in their order. */
export const rowOf = (texts: readonly (string | null)[], columns: readonly Column[]): Row =>
  Object.fromEntries(columns.map((column, i) => [column.name, valueOf(texts[i]!, column.type)]));

/** Throws where two sets of rows differ, whatever their order; names the first row and column that do. */
export function sameRows(
  actual: readonly Row[] | null,
  expected: readonly Row[],
  columns: readonly Column[],
  what: string,
): void {
  const texts = (rows: readonly Row[]): string[][] =>
    rows
      .map((row) => columns.map(({ name, type }) => plain(row[name], type)))
      .toSorted((a, b) => compare(a.join('\0'), b.join('\0')));
  const [is, should] = [texts(actual ?? []), texts(expected)];
  const ids = (rows: string[][]): string => rows.map((row) => row[0]).join(', ');
  for (const [r, row] of should.entries())
    for (const [c, text] of row.entries())
      if (is[r]?.[c] !== text)
        throw new Error(
          `${what}: ${columns[c]!.name} of row ${row[0]} is ${is[r]?.[c]}, not ${text} (rows ${ids(is)}, expected ${ids(should)})`,
        );
  if (is.length !== should.length) throw new Error(`${what}: rows ${ids(is)}, expected ${ids(should)}`);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Rows that one statement takes: servers limit its length, and the rows of its VALUES. */
const AT_ONCE = 200;

/** The same rows, as many at a time as one statement takes. */
export const inStatements = (rows: readonly Row[]): Row[][] =>
  Array.from({ length: Math.ceil(rows.length / AT_ONCE) }, (_, n) => rows.slice(n * AT_ONCE, (n + 1) * AT_ONCE));
