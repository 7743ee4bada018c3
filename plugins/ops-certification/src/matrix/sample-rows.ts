import type { MatrixCase } from './cases.js';
import type { CaseCounts } from './counts.js';
import { wideColumns } from './wide-columns.js';

type Row = Readonly<Record<string, unknown>>;
type Operation = 'delete' | 'update' | 'insert';

/** Rows of a case that a person can look at: the first and last of each range of ids. */
export interface SampleRows {
  readonly targetBefore: readonly Row[];
  readonly source: readonly Row[];
  readonly actual: readonly Row[];
}

const EDGE = 3;
const OP = '__dpone__op';
const CURRENT = '__dpone__is_current';
const SNAPSHOTS = ['full_refresh', 'snapshot_diff', 'scd2'];
const REPLACING = ['replace', 'partition_replace', 'backfill'];
const NEW_DATA = /^(source|incremental|xmin|cdc|replace)/;

const span = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);

/** All of a range of ids where they are few, else its ends. */
const ends = (first: number, last: number): number[] =>
  last - first + 1 <= 2 * EDGE ? span(first, last) : [...span(first, first + EDGE - 1), ...span(last - EDGE + 1, last)];

const two = (number: number): string => String(number).padStart(2, '0');

export function sampleRows({ source, sink, strategy }: MatrixCase, n: CaseCounts): SampleRows {
  const deleted = ends(1, n.deleted);
  const updated = ends(n.deleted + 1, n.deleted + n.updated);
  const stable = ends(n.deleted + n.updated + 1, n.rows);
  const inserted = ends(n.rows + 1, n.rows + n.inserted);

  const row = (id: number, variant: string, more: Row = {}): Row => ({
    id,
    business_date: NEW_DATA.test(variant) ? '2026-06-03' : '2026-06-02',
    value: `${variant}_${id}`,
    updated_at: `2026-06-03T${two(id % 24)}:${two(id % 60)}:00Z`,
    source_family: source,
    mock_variant: variant,
    ...more,
    ...wideColumns(source, id),
  });
  const rows = (ids: readonly number[], variant: string, more?: Row): Row[] => ids.map((id) => row(id, variant, more));
  const operation = (op: Operation): Row => ({ [OP]: op });

  const targetBefore = [
    ...rows(deleted, 'target_deleted_later'),
    ...rows(updated, 'target_stale'),
    ...rows(stable, 'target_stable'),
  ];
  const snapshot = [
    ...rows(updated, 'source_updated'),
    ...rows(stable, 'source_stable'),
    ...rows(inserted, 'source_inserted'),
  ];
  const delta = [
    ...rows(deleted, `${strategy}_delete`, operation('delete')),
    ...rows(updated, `${strategy}_update`, operation('update')),
    ...rows(inserted, `${strategy}_insert`, operation('insert')),
  ];
  const replacement = [
    ...rows(updated, 'replace_update', operation('update')),
    ...rows(inserted, 'replace_insert', operation('insert')),
  ];
  const sourceRows = SNAPSHOTS.includes(strategy) ? snapshot : REPLACING.includes(strategy) ? replacement : delta;
  if (sink === 'kafka') {
    const read = strategy === 'snapshot_diff' ? delta : sourceRows;
    return { targetBefore, source: sourceRows, actual: read.map((one) => eventOf(one, source, strategy)) };
  }
  if (strategy === 'incremental_append')
    return { targetBefore, source: sourceRows, actual: [...targetBefore, ...delta] };
  if (strategy !== 'scd2') return { targetBefore, source: sourceRows, actual: snapshot };
  const history = [
    ...rows(deleted, 'scd2_expired_deleted', { ...operation('delete'), [CURRENT]: false }),
    ...rows(updated, 'scd2_expired_changed', { ...operation('update'), [CURRENT]: false }),
    ...rows(updated, 'scd2_current_changed', { ...operation('insert'), [CURRENT]: true }),
    ...rows(stable, 'scd2_current_stable', { [CURRENT]: true }),
    ...rows(inserted, 'scd2_current_inserted', { ...operation('insert'), [CURRENT]: true }),
  ];
  return { targetBefore, source: sourceRows, actual: history };
}

/** A row as the event that a log of events holds. */
function eventOf(row: Row, source: string, strategy: string): Row {
  const op = row[OP];
  const metadata = { source_family: source, business_date: row['business_date'], schema_version: 1 };
  return { key: row['id'], op: eventOperation(op, strategy), strategy, metadata, data: op === 'delete' ? null : row };
}

function eventOperation(op: unknown, strategy: string): unknown {
  switch (strategy) {
    case 'full_refresh':
      return 'snapshot';
    case 'incremental_merge':
    case 'snapshot_diff':
    case 'xmin':
      return op === 'delete' ? 'delete' : 'upsert';
    case 'replace':
      return 'replace';
    default:
      return op;
  }
}
