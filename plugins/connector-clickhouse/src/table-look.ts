import type { TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import { text } from './sql.js';

/** What the active parts of a partition say of its last write. */
export interface PartitionLook {
  readonly block: number;
  readonly version: number;
  readonly rows: number;
}

/** A table at a moment, by partition. */
export type TableLook = ReadonlyMap<string, PartitionLook>;

export async function lookAt(session: Session, table: TableRef, doing: Doing): Promise<TableLook> {
  const rows = await session.rows(
    'SELECT partition_id, max(max_block_number) AS block, max(data_version) AS version, sum(rows) AS n FROM system.parts ' +
      `WHERE active AND database = ${text(table.schema!)} AND table = ${text(table.name)} GROUP BY partition_id`,
    doing,
  );
  return new Map(
    rows.map((row) => [
      String(row['partition_id']),
      { block: Number(row['block']), version: Number(row['version']), rows: Number(row['n']) },
    ]),
  );
}

/**
 * Whether somebody wrote between two looks: an insert takes a block number and a mutation a version above all before,
 * and rows that are gone were dropped. Merges keep both; the server removes parts without rows by itself, and then the
 * highest numbers may be lower than they were.
 */
export function writtenBetween(before: TableLook, now: TableLook): boolean {
  for (const [partition, { block, version }] of now) {
    const was = before.get(partition);
    if (was === undefined || block > was.block || version > was.version) return true;
  }
  return [...before].some(([partition, { rows }]) => rows > 0 && !now.has(partition));
}
