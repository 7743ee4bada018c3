import type { Doing } from './errors.js';
import type { Session } from './session.js';

/** What a table takes on disk, without reading it. */
export interface TableSize {
  /** Blocks of the table itself, or of each of its partitions and children. */
  readonly blocks: readonly number[];
  readonly blockBytes: number;
  /** With what is kept out of line (TOAST). */
  readonly bytes: number;
  /** By the last ANALYZE or VACUUM, scaled to the present size; absent where there was none. */
  readonly rows?: number;
  /** Whether every part is an ordinary table, in which a row has its place (ctid) for as long as it is seen. */
  readonly ordinary: boolean;
  /** The table itself, and its partitions and children. */
  readonly oids: readonly string[];
}

/** Sizes by the files on disk, rows by `pg_class` (https://www.postgresql.org/docs/current/row-estimation-examples.html). */
export async function tableSize(session: Session, oid: string, doing: Doing): Promise<TableSize> {
  const rows = await session.rows(
    `WITH RECURSIVE tree (oid) AS (SELECT ${oid}::oid UNION SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = tree.oid), ` +
      `parts AS (SELECT c.*, am.amname, current_setting('block_size')::bigint AS block, pg_relation_size(c.oid) AS size ` +
      `FROM tree JOIN pg_class c ON c.oid = tree.oid LEFT JOIN pg_am am ON am.oid = c.relam) ` +
      `SELECT oid, relkind, amname, block, size / block AS blocks, pg_table_size(oid) AS bytes, ` +
      `CASE WHEN size = 0 THEN 0 WHEN reltuples >= 0 AND relpages > 0 THEN round(reltuples::numeric / relpages * (size / block)) END AS rows ` +
      `FROM parts ORDER BY oid`,
    doing,
  );
  const stored = rows.filter((r) => r['relkind'] !== 'p');
  const known = stored.every((r) => r['rows'] !== null);
  return {
    blocks: stored.map((r) => Number(r['blocks'])),
    blockBytes: Number(rows[0]?.['block'] ?? 8192),
    bytes: sum(stored.map((r) => Number(r['bytes']))),
    ...(known ? { rows: sum(stored.map((r) => Number(r['rows']))) } : {}),
    ordinary: stored.every((r) => r['relkind'] !== 'f' && r['amname'] === 'heap'),
    oids: rows.map((r) => r['oid']!),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
