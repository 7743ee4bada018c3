import { crc32 } from 'node:zlib';
import type { MatrixCase } from './cases.js';

/** How many rows a case is about. */
export interface Workload {
  readonly rows: number;
  readonly changeRatio: number;
  readonly deleteRatio: number;
}

/** What happens to those rows between two loads, and what is to be found afterwards. */
export interface CaseCounts {
  readonly rows: number;
  readonly changed: number;
  readonly deleted: number;
  readonly inserted: number;
  readonly updated: number;
  readonly sourceRows: number;
  readonly actualRows: number;
  /** CRC-32 of the case and its counts, as 8 hex digits. */
  readonly checksum: string;
}

export function countsOf(one: MatrixCase, { rows, changeRatio, deleteRatio }: Workload): CaseCounts {
  const changed = Math.max(1, Math.floor(rows * changeRatio));
  const deleted = Math.max(1, Math.floor(rows * deleteRatio));
  const inserted = Math.min(deleted, Math.max(0, changed - deleted));
  const updated = Math.max(0, changed - deleted - inserted);
  const snapshot = rows - deleted + inserted;
  const { source, sink, strategy } = one;
  const sourceRows = ['full_refresh', 'snapshot_diff', 'scd2'].includes(strategy)
    ? snapshot
    : ['replace', 'partition_replace', 'backfill'].includes(strategy)
      ? updated + inserted
      : changed;
  const actualRows = actualOf(one, { rows, changed, updated, inserted, snapshot });
  const text = `${source}:${sink}:${strategy}:rows=${rows}:changed=${changed}:deleted=${deleted}:inserted=${inserted}:updated=${updated}:actual=${actualRows}`;
  const checksum = crc32(text).toString(16).padStart(8, '0');
  return { rows, changed, deleted, inserted, updated, sourceRows, actualRows, checksum };
}

function actualOf(
  { sink, strategy }: MatrixCase,
  n: { rows: number; changed: number; updated: number; inserted: number; snapshot: number },
): number {
  if (sink === 'kafka') return strategy === 'full_refresh' ? n.rows : n.changed;
  if (strategy === 'incremental_append') return n.rows + n.changed;
  if (strategy === 'scd2') return n.rows + n.updated + n.inserted;
  return strategy === 'full_refresh' ? n.rows : n.snapshot;
}
