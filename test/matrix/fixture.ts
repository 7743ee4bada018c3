import type { CanonicalType, Column } from '@dpone/sdk';
import { allTypes, type Row } from '@dpone/testkit';

/** Rows of the second round: the new versions of rows that were there, new rows, and the rows that are gone. */
export interface Change {
  readonly changed: readonly Row[];
  readonly added: readonly Row[];
  readonly deleted: readonly Row[];
}

/** What the source holds at first, and what becomes of it. */
export interface Story extends Change {
  readonly first: readonly Row[];
}

/** Rows of the first round that the second no longer has: they are gone, or another version took their place. */
export function rowsParting({ first, changed, deleted }: Story): readonly Row[] {
  const gone = new Set([...deleted, ...changed].map((row) => row['id']));
  return first.filter((row) => gone.has(row['id']));
}

/** What a table holds in the second round. */
export function rowsAfter(story: Story): readonly Row[] {
  const gone = new Set(rowsParting(story));
  return [...story.first.filter((row) => !gone.has(row)), ...story.changed, ...story.added];
}

export const KEY: Column = { name: 'id', type: { kind: 'int64' }, nullable: false };
/** Grows with every change, so that a table can be read by what is new. */
export const VERSION: Column = { name: 'version', type: { kind: 'int64' }, nullable: false };

type Reaches = (column: Column, value: unknown) => boolean;

/** What the kit's fixture lacks: finer and wider than most systems go. */
const MORE: readonly { readonly name: string; readonly type: CanonicalType; readonly values: readonly unknown[] }[] = [
  {
    name: 'c_decimal_50_10',
    type: { kind: 'decimal', precision: 50, scale: 10 },
    values: [`-${'9'.repeat(40)}.9999999999`, '0.0000000001'],
  },
  { name: 'c_time_9', type: { kind: 'time', precision: 9 }, values: ['23:59:59.999999999', '00:00:00.000000001'] },
  {
    name: 'c_timestamp_3',
    type: { kind: 'timestamp', precision: 3, tz: false },
    values: ['2026-03-29T02:30:00.001', '1969-12-31T23:59:59.999'],
  },
  {
    name: 'c_timestamp_7',
    type: { kind: 'timestamp', precision: 7, tz: false },
    values: ['2026-03-29T02:30:00.1234567', '1969-12-31T23:59:59.9999999'],
  },
  {
    name: 'c_timestamp_9',
    type: { kind: 'timestamp', precision: 9, tz: false },
    values: ['2026-03-29T02:30:00.123456789', '1969-12-31T23:59:59.999999999'],
  },
  { name: 'c_interval', type: { kind: 'interval' }, values: ['P1Y2M3DT4H5M6.789012S', 'PT0S', 'P-1M30D'] },
];

/** Every type with its extreme values that passes; the last row is NULL wherever it can be. */
function values(keep: (column: Column) => boolean, reaches: Reaches): { columns: Column[]; rows: Row[] } {
  const { schema, rows } = allTypes(keep, reaches);
  const more = MORE.map((m) => ({ ...m, column: { name: m.name, type: m.type, nullable: true } }))
    .filter((m) => keep(m.column))
    .map((m) => ({ ...m, values: m.values.filter((value) => reaches(m.column, value)) }));
  return {
    columns: [...schema.columns.filter((c) => c.name !== KEY.name), ...more.map((m) => m.column)],
    rows: rows.map((row, r) => ({
      ...row,
      ...Object.fromEntries(
        more.map((m) => [
          m.name,
          r === rows.length - 1 && reaches(m.column, null) ? null : m.values[r % m.values.length],
        ]),
      ),
    })),
  };
}

/** Every type that the fixture has. */
export const COLUMNS: readonly Column[] = values(
  () => true,
  () => true,
).columns;

/** Every value that the fixture has of a column, whatever system reaches it. */
export function valuesOf(column: Column): readonly unknown[] {
  const { rows } = values(
    (c) => c.name === column.name,
    () => true,
  );
  return column === KEY || column === VERSION ? [] : [...new Set(rows.map((row) => row[column.name]))];
}

/** A table of these columns, and two rounds of rows with those of their values that `reaches` lets through. */
export function story(columns: readonly Column[], reaches: Reaches): Story {
  const { rows } = values((c) => columns.some((one) => one.name === c.name), reaches);
  const at = (id: number, version: number, from: number): Row => ({
    ...rows[from % rows.length]!,
    id: BigInt(id),
    version: BigInt(version),
  });
  const last = rows.length - 1;
  const first = rows.map((_, id) => at(id, id + 1, id));
  return {
    first: [...first, at(50, 50, last)],
    changed: [at(1, 101, 2), at(last, 102, 0)],
    // The last of them came late: its version is one that the first load has seen.
    added: [at(100, 103, 1), at(101, 104, last), at(102, 50, 2)],
    deleted: [first[0]!],
  };
}

/** How many rows a story has at first, and what becomes of them. */
export interface Amounts {
  readonly rows: number;
  readonly updated: number;
  readonly inserted: number;
  readonly deleted: number;
}

/** A story of as many rows as one likes: the same values, one row after the other, each under an id of its own. */
export function storyOfSize(columns: readonly Column[], reaches: Reaches, amounts: Amounts): Story {
  const { rows } = values((c) => columns.some((one) => one.name === c.name), reaches);
  const at = (id: number, version: number, from: number): Row => ({
    ...rows[from % rows.length]!,
    id: BigInt(id),
    version: BigInt(version),
  });
  const { rows: count, deleted, updated, inserted } = amounts;
  const first = Array.from({ length: count }, (_, id) => at(id, id + 1, id));
  const version = (n: number): number => count + 1 + n;
  return {
    first,
    deleted: first.slice(0, deleted),
    // Each gets the values of the row after it, and so changes in every column that has more than one value.
    changed: Array.from({ length: updated }, (_, n) => at(deleted + n, version(n), deleted + n + 1)),
    added: Array.from({ length: inserted }, (_, n) => at(count + n, version(updated + n), n)),
  };
}
