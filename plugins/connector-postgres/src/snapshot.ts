import { fail } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { Session } from './session.js';

/** One state of the whole database, which other sessions can read too while the transaction that exported it is open. */
export interface Snapshot {
  /** As `SET TRANSACTION SNAPSHOT` takes it. */
  readonly id: string;
  /** `pg_current_snapshot()` as text: the same as long as the transaction is. */
  readonly text: string;
  /** Every transaction before it is seen or was rolled back; an xid8 as text. */
  readonly xmin: string;
  /** The first transaction that had not begun; an xid8 as text. */
  readonly xmax: string;
  /** How far the write-ahead log was. */
  readonly lsn: string | null;
}

const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/**
 * - The transaction holds the snapshot while others read; that it says nothing meanwhile is no fault.
 * - A policy that hides rows is an error instead of a silent filter
 *   (https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-ROW-SECURITY).
 */
const SETTINGS = 'SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL row_security = off';

/**
 * Begins the transaction that is the read's one state. `lock` is the table to lock against changes of its form: before
 * the snapshot is taken, as a table that is truncated or rewritten between the two would be seen empty
 * (https://www.postgresql.org/docs/current/mvcc-caveats.html). Works on standbys, from Postgres 10.
 */
export async function openSnapshot(
  session: Session,
  lock: string | undefined,
  doing: Doing,
  signal?: AbortSignal,
): Promise<Snapshot> {
  await session.begin(doing, `${BEGIN}; ${SETTINGS}`);
  if (lock !== undefined) await session.run(`LOCK TABLE ${lock} IN ACCESS SHARE MODE`, doing, signal);
  const row = await session.row(
    `SELECT pg_export_snapshot() AS id, pg_current_snapshot() AS text, ` +
      `pg_snapshot_xmin(pg_current_snapshot()) AS xmin, pg_snapshot_xmax(pg_current_snapshot()) AS xmax, ` +
      `CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn`,
    doing,
  );
  const { id, text, xmin, xmax } = row as Record<'id' | 'text' | 'xmin' | 'xmax', string>;
  return { id, text, xmin, xmax, lsn: row?.['lsn'] ?? null };
}

const SNAPSHOT_ID = /^[\dA-F]+-[\dA-F]+-\d+$/i;

/** Begins a transaction that sees what the exported snapshot saw. */
export async function joinSnapshot(session: Session, id: string, doing: Doing): Promise<void> {
  if (!SNAPSHOT_ID.test(id)) throw fail('DPONE_INPUT_INVALID', `${id} is no snapshot of Postgres`);
  await session.begin(doing, BEGIN);
  try {
    await session.run(`SET TRANSACTION SNAPSHOT '${id}'`, { ...doing, missing: 'DPONE_SOURCE_CHANGED' });
  } catch (error) {
    throw snapshotLost(doing, error);
  }
  await session.run(SETTINGS, doing);
}

/** Whether the transaction that exported the snapshot is still the one that it was. */
export async function assertSnapshot(session: Session, snapshot: Snapshot, doing: Doing): Promise<void> {
  let text: string | null | undefined;
  try {
    text = (await session.row('SELECT pg_current_snapshot() AS text', doing))?.['text'];
  } catch (error) {
    throw snapshotLost(doing, error);
  }
  if (text !== snapshot.text) throw snapshotLost(doing);
}

export const snapshotLost = (doing: Doing, cause?: unknown): Error =>
  fail('DPONE_SOURCE_CHANGED', `${doing.what}: the transaction that held the snapshot has ended`, {
    remedy: 'Run again; if it stays, look into the log of the server for who ended the connection.',
    cause,
  });
