import { randomUUID } from 'node:crypto';
import { fail, isDponeError, quoteLiteral, type TableRef, type TargetLock } from '@dpone/sdk';
import { waitForLock } from '@dpone/sdk/connector';
import type { Database } from './connection.js';
import type { Doing } from './errors.js';
import { createMeta } from './meta-sql.js';
import { metaNames } from './names.js';
import type { Session } from './session.js';
import { tableLabel } from './sql.js';

/** This process among all that ever held the file: a pid alone is used again. */
const PROCESS = randomUUID();

export interface LockOwner {
  readonly loadId: string;
  readonly host: string;
  readonly pid: number;
}

/**
 * Takes the lock of a target, waiting at most `waitMs`. DuckDB lets one process at a time write a file, so an owner of
 * another process that is still written in the table has died; an owner of this process lives.
 */
export async function lockTarget(
  openFile: () => Promise<Database>,
  target: TableRef,
  owner: LockOwner,
  waitMs: number,
  signal: AbortSignal,
): Promise<TargetLock> {
  const wait = { deadline: Date.now() + waitMs, signal, what: `waiting for the lock of ${tableLabel(target)}` };
  return waitForLock(async () => tryLock(await openFile(), target, owner), wait);
}

async function tryLock(database: Database, target: TableRef, owner: LockOwner): Promise<TargetLock> {
  const names = metaNames(target);
  const label = tableLabel(target);
  const doing: Doing = { what: `locking ${label}`, code: 'DPONE_SINK_WRITE' };
  const session = await database.session();
  try {
    for (const statement of createMeta(target, names)) await session.run(statement, doing);
    const fence = await session.transaction(doing, () => take(session, names.locks, label, owner, doing));
    return heldLock(database, names.locks, label, fence);
  } catch (error) {
    // Two loads of this process took the row at the same moment: one of them wins, the other sees it held.
    if (isDponeError(error) && error.code === 'DPONE_FENCED')
      throw fail('DPONE_TARGET_LOCKED', `${label} is being locked by another load`, { cause: error });
    throw error;
  } finally {
    session.close();
  }
}

async function take(session: Session, locks: string, label: string, owner: LockOwner, doing: Doing): Promise<number> {
  const key = quoteLiteral(label);
  const row = await session.row(`SELECT * FROM ${locks} WHERE target = ${key}`, doing);
  if (row !== undefined && row['owner'] === PROCESS)
    throw fail(
      'DPONE_TARGET_LOCKED',
      `${label} is held by load ${String(row['load_id'])} (${String(row['host'])}, pid ${String(row['pid'])})`,
    );
  const fence = Number(row?.['fence'] ?? 0) + 1;
  const values = [
    quoteLiteral(PROCESS),
    quoteLiteral(owner.loadId),
    quoteLiteral(owner.host),
    String(owner.pid),
    'now()',
  ];
  await session.run(
    `INSERT INTO ${locks} VALUES (${key}, ${fence}, ${values.join(', ')}) ON CONFLICT (target) DO UPDATE SET ` +
      'fence = excluded.fence, owner = excluded.owner, load_id = excluded.load_id, host = excluded.host, ' +
      'pid = excluded.pid, acquired_at = excluded.acquired_at',
    doing,
  );
  return fence;
}

function heldLock(database: Database, locks: string, label: string, fence: number): TargetLock {
  const mine = `target = ${quoteLiteral(label)} AND fence = ${fence} AND owner = ${quoteLiteral(PROCESS)}`;
  const doing: Doing = { what: `holding the lock of ${label}`, code: 'DPONE_SINK_WRITE' };
  return {
    fence,
    // Nothing is written: DuckDB's file lock already shows that the process lives, and a write here could conflict
    // with the transaction of finalize.
    heartbeat: async () => {
      const session = await database.session();
      try {
        const held = await session.count(`SELECT count(*) FROM ${locks} WHERE ${mine}`, doing);
        if (held !== 1) throw fail('DPONE_FENCED', `another worker took over ${label} from fence ${fence}`);
      } finally {
        session.close();
      }
    },
    release: async () => {
      const session = await database.session();
      try {
        await session.run(`UPDATE ${locks} SET owner = NULL WHERE ${mine}`, doing);
      } finally {
        session.close();
      }
    },
  };
}
