import { fail, isInteger, quoteIdent, typeName, type Column, type ReadRequest } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { PartitionSpec } from './partition-spec.js';
import { narrowed, selectSql, type RowSet } from './select-sql.js';
import type { Session } from './session.js';
import { literal } from './sql.js';

type Key = NonNullable<PartitionSpec['key']>;
type Bounds = NonNullable<NonNullable<ReadRequest['partitionBy']>['bounds']>;

export interface KeySplit {
  readonly column: Column;
  readonly bounds?: Bounds | undefined;
  readonly parts: number;
  /** Among which the smallest and the largest value are looked up. */
  readonly rows: RowSet;
  readonly signal: AbortSignal;
}

/** Whether the ranges of a column can part a read. */
export const splits = ({ type }: Column): boolean =>
  isInteger(type) || type.kind === 'decimal' || type.kind === 'date' || type.kind === 'timestamp';

/**
 * Cuts the values of a column into ranges of the same width. Whatever is outside of the bounds, NULL, an infinity or NaN
 * belongs to the first or the last range: nothing is left out.
 */
export async function keyRanges(session: Session, split: KeySplit, doing: Doing): Promise<Key[]> {
  const { column, parts } = split;
  if (!splits(column))
    throw fail('DPONE_OPTION_CONFLICT', `a read cannot be split by ${column.name}: it is ${typeName(column.type)}`, {
      where: 'source.options.partitioning',
      remedy: 'Name a column of whole numbers, dates or timestamps.',
    });
  const found = await boundsOf(session, split, doing);
  const starts = found === undefined ? [] : cuts(found, parts, column);
  return [undefined, ...starts].map((from, i) => ({
    column: column.name,
    ...(from === undefined ? {} : { from }),
    ...(i < starts.length ? { to: starts[i]! } : {}),
  }));
}

/** Both bounds as whole numbers: the value itself, or milliseconds since 1970. Undefined where there is none. */
async function boundsOf(
  session: Session,
  { column, bounds, rows, signal }: KeySplit,
  doing: Doing,
): Promise<readonly [bigint, bigint] | undefined> {
  const name = quoteIdent(column.name);
  const cast = column.native?.type ?? 'numeric';
  const [lower, upper] =
    bounds === undefined
      ? [`min(${name})`, `max(${name})`]
      : [`${literal(String(bounds.lower))}::${cast}`, `${literal(String(bounds.upper))}::${cast}`];
  const both = `${asNumber(lower, column)} AS lower, ${asNumber(upper, column)} AS upper`;
  const finite = isInstant(column) ? `isfinite(${name})` : undefined;
  const sql = bounds === undefined ? selectSql(both, narrowed(rows, finite)) : `SELECT ${both}`;
  const row = await session.row(sql, doing, signal);
  const [low, high] = [row?.['lower'] ?? '', row?.['upper'] ?? ''].map((text) => /^-?\d+/.exec(text)?.[0]);
  return low === undefined || high === undefined || BigInt(low) >= BigInt(high)
    ? undefined
    : [BigInt(low), BigInt(high)];
}

const isInstant = ({ type }: Column): boolean => type.kind === 'date' || type.kind === 'timestamp';

const asNumber = (value: string, column: Column): string =>
  isInstant(column) ? `trunc((extract(epoch FROM ${value}) * 1000)::numeric)::text` : `trunc(${value}::numeric)::text`;

/** The years that are written with four digits; a cut outside of them is of no use. */
const FIRST = BigInt(Date.parse('0001-01-01T00:00:00Z'));
const LAST = BigInt(Date.parse('9999-12-31T00:00:00Z'));

/** The values at which the second and every later range begin. */
function cuts(bounds: readonly [bigint, bigint], parts: number, column: Column): string[] {
  const [low, high] = isInstant(column) ? [clamped(bounds[0]), clamped(bounds[1])] : bounds;
  const text = isInstant(column) ? (n: bigint) => instantText(n, column) : String;
  const starts = new Set<string>();
  for (let i = 1; i < parts; i++) starts.add(text(low + ((high - low) * BigInt(i)) / BigInt(parts)));
  starts.delete(text(low));
  return [...starts];
}

const clamped = (n: bigint): bigint => (n < FIRST ? FIRST : n > LAST ? LAST : n);

function instantText(milliseconds: bigint, { type }: Column): string {
  const text = new Date(Number(milliseconds)).toISOString();
  if (type.kind === 'date') return text.slice(0, 10);
  return type.kind === 'timestamp' && type.tz ? text : text.slice(0, -1);
}
