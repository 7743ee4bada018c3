import { fail, isInteger, typeName, type Column, type ReadRequest } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { readValue, selected } from './read-value.js';
import { narrowed, selectSql, type RowSet } from './row-set.js';
import type { Session } from './session.js';
import { literalFor, quoteName } from './sql.js';

/** The values of a column from `from` on and before `to`, as plain JSON; the first range has NULL, too. */
export interface KeyRange {
  readonly column: string;
  readonly from?: string;
  readonly to?: string;
}

export interface KeySplit {
  readonly column: Column;
  readonly bounds?: NonNullable<ReadRequest['partitionBy']>['bounds'] | undefined;
  readonly parts: number;
  /** Among which the smallest and the largest value are looked up. */
  readonly rows: RowSet;
  readonly signal: AbortSignal;
}

/** Whether the ranges of a column can part a read. */
export const splits = ({ type }: Column): boolean =>
  isInteger(type) || type.kind === 'decimal' || type.kind === 'date' || type.kind === 'timestamp';

/** Cuts the values of a column into ranges of the same width; whatever is outside of the bounds belongs to the first or the last. */
export async function keyRanges(session: Session, split: KeySplit, doing: Doing): Promise<KeyRange[]> {
  const { column, parts, bounds } = split;
  if (!splits(column))
    throw fail('DPONE_OPTION_CONFLICT', `a read cannot be split by ${column.name}: it is ${typeName(column.type)}`, {
      where: 'source.options.partitioning',
      remedy: 'Name a column of whole numbers, dates or timestamps.',
    });
  const found =
    bounds === undefined ? await boundsOf(session, split, doing) : [String(bounds.lower), String(bounds.upper)];
  const [low, high] = found.map((text) => asNumber(text, column));
  const starts = low === undefined || high === undefined || low >= high ? [] : cuts(low, high, parts, column);
  return [undefined, ...starts].map((from, i) => ({
    column: column.name,
    ...(from === undefined ? {} : { from }),
    ...(i < starts.length ? { to: starts[i]! } : {}),
  }));
}

async function boundsOf(session: Session, { column, rows, signal }: KeySplit, doing: Doing): Promise<string[]> {
  const name = quoteName(column.name);
  const of = (what: string): string => selected({ ...column, name: what });
  const inner = selectSql(`MIN(${name}) AS low, MAX(${name}) AS high`, rows);
  const row = await session.row(
    `SELECT ${of('low')} AS low, ${of('high')} AS high FROM (${inner}) AS b`,
    doing,
    signal,
  );
  const read = readValue(column);
  return [row?.['low'], row?.['high']].flatMap((value) =>
    value === null || value === undefined ? [] : [String(read(value)).trim()],
  );
}

const isInstant = ({ type }: Column): boolean => type.kind === 'date' || type.kind === 'timestamp';

/** A value as a whole number: itself, or milliseconds since 1970. */
function asNumber(text: string, column: Column): bigint | undefined {
  if (!isInstant(column)) {
    const digits = /^[+-]?\d+/.exec(text)?.[0];
    return digits === undefined ? undefined : BigInt(digits);
  }
  const iso = text.length === 10 ? `${text}T00:00:00` : text.replace(' ', 'T');
  const ms = Date.parse(iso.endsWith('Z') ? iso : `${iso}Z`);
  return Number.isNaN(ms) ? undefined : BigInt(ms);
}

/** The values at which the second and every later range begin. */
function cuts(low: bigint, high: bigint, parts: number, column: Column): string[] {
  const text = isInstant(column) ? (n: bigint) => instantText(n, column) : String;
  const starts = new Set<string>();
  for (let i = 1; i < parts; i++) starts.add(text(low + ((high - low) * BigInt(i)) / BigInt(parts)));
  starts.delete(text(low));
  return [...starts];
}

function instantText(milliseconds: bigint, { type }: Column): string {
  const text = new Date(Number(milliseconds)).toISOString();
  if (type.kind === 'date') return text.slice(0, 10);
  return type.kind === 'timestamp' && type.tz ? text : text.slice(0, -1);
}

export function rangeCondition({ column: name, from, to }: KeyRange, columns: readonly Column[]): string | undefined {
  const column = quoteName(name);
  const literal = (value: string): string => literalFor(columns)(value, name);
  if (from === undefined) return to === undefined ? undefined : `(${column} < ${literal(to)} OR ${column} IS NULL)`;
  const above = `${column} >= ${literal(from)}`;
  return to === undefined ? above : `${above} AND ${column} < ${literal(to)}`;
}

/** The rows of a range. */
export const inRange = (rows: RowSet, range: KeyRange | undefined, columns: readonly Column[]): RowSet =>
  range === undefined ? rows : narrowed(rows, rangeCondition(range, columns));
