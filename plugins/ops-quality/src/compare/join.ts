import { PARTS, type RecordStore, type RowRecord } from './record-store.js';
import type { RowSum } from './row-sum.js';

/** What is told of keys while two stores are compared. */
export interface Findings {
  missing(key: string): void;
  extra(key: string): void;
  mismatch(key: string): void;
  duplicate(side: 'source' | 'target', record: RowRecord): void;
  /** A key that the source says is deleted. */
  deleted(key: string): void;
}

export interface JoinRules {
  /** Which row stands for a key that comes more than once. */
  readonly wins: 'first' | 'last';
  readonly sums: { readonly source: RowSum; readonly target: RowSum };
}

/** Compares two stores part by part, so that one part of both is in memory at a time. */
export async function join(
  source: RecordStore,
  target: RecordStore,
  { wins, sums }: JoinRules,
  found: Findings,
): Promise<void> {
  for (let part = 0; part < PARTS; part++) {
    const here = await rowsOf(source.part(part), wins, (record) => found.duplicate('source', record));
    const there = await rowsOf(target.part(part), wins, (record) => found.duplicate('target', record));
    for (const [key, row] of here) {
      if (row.deleted) {
        found.deleted(key);
        continue;
      }
      sums.source.add(row.digest);
      const other = there.get(key);
      if (other === undefined) found.missing(key);
      else if (other.digest !== row.digest) found.mismatch(key);
    }
    for (const [key, row] of there) {
      const origin = here.get(key);
      if (origin === undefined || origin.deleted) found.extra(key);
      if (origin?.deleted !== true) sums.target.add(row.digest);
    }
  }
}

async function rowsOf(
  records: AsyncIterable<RowRecord>,
  wins: JoinRules['wins'],
  again: (record: RowRecord) => void,
): Promise<Map<string, RowRecord>> {
  const rows = new Map<string, RowRecord>();
  for await (const record of records) {
    if (rows.has(record.key)) again(record);
    if (wins === 'last' || !rows.has(record.key)) rows.set(record.key, record);
  }
  return rows;
}
