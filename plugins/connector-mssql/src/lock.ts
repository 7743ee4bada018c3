import { createHash } from 'node:crypto';
import { fail, type TableRef, type TargetLock } from '@dpone/sdk';
import { waitForLock } from '@dpone/sdk/connector';
import { isServerError, type Doing } from './errors.js';
import { applock, createMeta } from './meta-sql.js';
import { metaNames } from './names.js';
import type { Server } from './server.js';
import type { Session } from './session.js';
import { tableLabel, textLiteral } from './sql.js';

export interface LockOwner {
  readonly loadId: string;
  readonly host: string;
  readonly pid: number;
}

/** Errors of {@link applock} when the lock is held. */
const HELD = 51_222;

/**
 * Takes the lock of a target, waiting at most `waitMs`: an application lock of a session of its own, which the server
 * gives free when that session ends, however the process died, and a fencing token for a worker whose connection was cut
 * and who does not know it yet.
 */
export async function lockTarget(
  server: Server,
  target: TableRef,
  owner: LockOwner,
  waitMs: number,
  signal: AbortSignal,
): Promise<TargetLock> {
  const deadline = Date.now() + waitMs;
  const session = await server.session(signal);
  try {
    const doing: Doing = { what: `locking ${tableLabel(target)}`, code: 'DPONE_SINK_WRITE' };
    await session.transaction(doing, async () => {
      for (const statement of createMeta(metaNames(target))) await session.run(statement, doing);
    });
    return await waitForLock(() => tryLock(session, target, owner, doing), { deadline, signal, what: doing.what });
  } catch (error) {
    session.close();
    throw error;
  }
}

/** A lock's name has 255 characters, of which the first 32 alone are kept as text: a longer one would meet others. */
export function lockResource(label: string): string {
  const whole = `dpone target ${label}`;
  return whole.length <= 255 ? whole : `dpone ${createHash('sha256').update(label).digest('hex')}`;
}

async function tryLock(session: Session, target: TableRef, owner: LockOwner, doing: Doing): Promise<TargetLock> {
  const { locks } = metaNames(target);
  const label = tableLabel(target);
  const resource = lockResource(label);
  try {
    await session.run(applock(resource, 'Session', 0), doing);
  } catch (error) {
    const { cause } = error as Error;
    if (!isServerError(cause) || cause.number !== HELD) throw error;
    throw await held(session, locks, label, doing);
  }
  const values = [
    `N'session ' + CAST(@@SPID AS nvarchar(20))`,
    textLiteral(owner.loadId),
    textLiteral(owner.host),
    String(owner.pid),
    'SYSUTCDATETIME()',
  ];
  const columns = ['owner', 'load_id', 'host', 'pid', 'acquired_at'];
  const where = `target = ${textLiteral(label)}`;
  const known = await session.change(
    `UPDATE ${locks} SET fence = fence + 1, ${columns.map((c, i) => `${c} = ${values[i]}`).join(', ')} WHERE ${where}`,
    doing,
  );
  if (known === 0)
    await session.run(
      `INSERT INTO ${locks} (target, fence, ${columns.join(', ')}) SELECT ${textLiteral(label)}, 1, ${values.join(', ')}`,
      doing,
    );
  const fence = await session.count(`SELECT fence FROM ${locks} WHERE ${where}`, doing);
  return heldLock(session, locks, label, fence, resource);
}

async function held(session: Session, locks: string, label: string, doing: Doing): Promise<Error> {
  const row = await session.row(`SELECT load_id, host, pid FROM ${locks} WHERE target = ${textLiteral(label)}`, doing);
  const who =
    row === undefined
      ? 'another load'
      : `load ${String(row['load_id'])} (${String(row['host'])}, pid ${String(row['pid'])})`;
  return fail('DPONE_TARGET_LOCKED', `${label} is held by ${who}`);
}

function heldLock(session: Session, locks: string, label: string, fence: number, resource: string): TargetLock {
  const mine = `target = ${textLiteral(label)} AND fence = ${fence} AND owner IS NOT NULL`;
  const doing: Doing = { what: `holding the lock of ${label}`, code: 'DPONE_SINK_WRITE' };
  let released = false;
  return {
    fence,
    heartbeat: async () => {
      // The lock is the session's: where it is gone another worker may have the target already.
      const rows = await session
        .count(`SELECT COUNT_BIG(*) AS n FROM ${locks} WHERE ${mine}`, doing)
        .catch((error: unknown) => {
          throw fail('DPONE_FENCED', `the connection that held the lock of ${label} is gone`, { cause: error });
        });
      if (rows !== 1) throw fail('DPONE_FENCED', `another worker took over ${label} from fence ${fence}`);
    },
    release: async () => {
      if (released) return;
      released = true;
      try {
        await session.run(`UPDATE ${locks} SET owner = NULL WHERE ${mine}`, doing);
        await session.run(
          `EXEC sp_releaseapplock @Resource = ${textLiteral(resource)}, @LockOwner = N'Session'`,
          doing,
        );
      } finally {
        session.close();
      }
    },
  };
}
