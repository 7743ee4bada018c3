import { fail, type TableRef, type TargetLock } from '@dpone/sdk';
import { waitForLock } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { createMeta, lockKey } from './meta-sql.js';
import { metaNames } from './names.js';
import type { Server } from './server.js';
import type { Session } from './session.js';
import { tableLabel, textLiteral } from './sql.js';

export interface LockOwner {
  readonly loadId: string;
  readonly host: string;
  readonly pid: number;
}

/**
 * Takes the lock of a target, waiting at most `waitMs`: an advisory lock of a connection of its own, which the server
 * gives free when that connection ends, however the process died
 * (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS), and a fencing token for a worker whose
 * connection was cut and who does not know it yet.
 */
export async function lockTarget(
  server: Server,
  target: TableRef,
  owner: LockOwner,
  waitMs: number,
  signal: AbortSignal,
): Promise<TargetLock> {
  const deadline = Date.now() + waitMs;
  const session = await server.ownSession(signal);
  try {
    const doing: Doing = { what: `locking ${tableLabel(target)}`, code: 'DPONE_SINK_WRITE' };
    await session.script(createMeta(metaNames(target)), doing);
    return await waitForLock(() => tryLock(session, target, owner, doing), { deadline, signal, what: doing.what });
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** A load that is not the owner of its target any more. */
export const lockLost = (label: string, fence: number): Error =>
  fail(
    'DPONE_FENCED',
    `the lock of ${label} is lost: a worker newer than fence ${fence} has it, or its connection is gone`,
  );

async function tryLock(session: Session, target: TableRef, owner: LockOwner, doing: Doing): Promise<TargetLock> {
  const { locks } = metaNames(target);
  const label = tableLabel(target);
  const key = lockKey(label);
  const got = await session.row(`SELECT pg_try_advisory_lock(${key}) AS got`, doing);
  if (got?.['got'] !== 't') throw await held(session, locks, label, doing);
  const values = [textLiteral(label), '1', `'session ' || pg_backend_pid()`, textLiteral(owner.loadId)];
  const row = await session.row(
    `INSERT INTO ${locks} AS l VALUES (${values.join(', ')}, ${textLiteral(owner.host)}, ${owner.pid}, now()) ` +
      'ON CONFLICT (target) DO UPDATE SET fence = l.fence + 1, owner = excluded.owner, load_id = excluded.load_id, ' +
      'host = excluded.host, pid = excluded.pid, acquired_at = excluded.acquired_at RETURNING fence',
    doing,
  );
  return heldLock(session, locks, label, Number(row!['fence']), key);
}

async function held(session: Session, locks: string, label: string, doing: Doing): Promise<Error> {
  const row = await session.row(`SELECT load_id, host, pid FROM ${locks} WHERE target = ${textLiteral(label)}`, doing);
  const who = row === undefined ? 'another load' : `load ${row['load_id']} (${row['host']}, pid ${row['pid']})`;
  return fail('DPONE_TARGET_LOCKED', `${label} is held by ${who}`);
}

function heldLock(session: Session, locks: string, label: string, fence: number, key: string): TargetLock {
  const mine = `target = ${textLiteral(label)} AND fence = ${fence} AND owner IS NOT NULL`;
  const doing: Doing = { what: `holding the lock of ${label}`, code: 'DPONE_SINK_WRITE' };
  let released = false;
  return {
    fence,
    heartbeat: async () => {
      // The lock is the connection's: where it is gone another worker may have the target already.
      const rows = await session.count(`SELECT count(*) FROM ${locks} WHERE ${mine}`, doing).catch((error: unknown) => {
        throw fail('DPONE_FENCED', `the connection that held the lock of ${label} is gone`, { cause: error });
      });
      if (rows !== 1) throw fail('DPONE_FENCED', `another worker took over ${label} from fence ${fence}`);
    },
    release: async () => {
      if (released) return;
      released = true;
      try {
        // Not in one message: the next owner must see the row as it is left, and so the lock goes after the commit.
        await session.run(`UPDATE ${locks} SET owner = NULL WHERE ${mine}`, doing);
        await session.run(`SELECT pg_advisory_unlock(${key})`, doing);
      } finally {
        await session.close();
      }
    },
  };
}
