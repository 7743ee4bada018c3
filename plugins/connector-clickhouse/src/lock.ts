import { randomUUID } from 'node:crypto';
import { fail, type TargetLock, isRunning } from '@dpone/sdk';
import { waitForLock } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import type { Row, Session } from './session.js';
import { text } from './sql.js';

export interface LockOwner {
  readonly loadId: string;
  readonly host: string;
  readonly pid: number;
}

/** An owner that has not proved for so long that it lives is dead; the engine proves it every 3 seconds. */
const STALE_SECONDS = 20;

export interface LockPlace {
  readonly session: Session;
  /** The lock's table, quoted. */
  readonly locks: string;
  readonly label: string;
}

/**
 * Takes the lock of a target. ClickHouse has no row that two workers cannot both write; but of two INSERTs with one
 * deduplication token a table takes one. So fence n + 1 is an INSERT with the token `target:n + 1`, and who then finds
 * itself in the table has it. https://clickhouse.com/docs/guides/developer/deduplicating-inserts-on-retries
 */
export async function lockTarget(
  place: LockPlace,
  owner: LockOwner,
  waitMs: number,
  signal: AbortSignal,
): Promise<TargetLock> {
  return waitForLock(() => tryLock(place, owner), {
    deadline: Date.now() + waitMs,
    signal,
    what: `waiting for the lock of ${place.label}`,
    firstPauseMs: 50,
    longestPauseMs: 1000,
  });
}

const KEPT_FENCES = 20;

const doingOf = (place: LockPlace): Doing => ({ what: `locking ${place.label}`, code: 'DPONE_SINK_WRITE' });

async function tryLock(place: LockPlace, owner: LockOwner): Promise<TargetLock> {
  const newest = await newestFence(place);
  if (newest !== undefined && newest.held && !isDead(newest.row, owner)) throw heldBy(place, said(newest.row));
  const fence = (newest?.fence ?? 0) + 1;
  const name = randomUUID();
  await place.session.run(insertRow(place, 'taken', fence, name, owner), doingOf(place), {
    settings: { insert_deduplicate: 1, insert_deduplication_token: `${place.label}:${fence}` },
  });
  const won = await newestFence(place);
  if (won?.fence !== fence || won.row['owner'] !== name)
    throw heldBy(place, won === undefined ? 'of another worker' : said(won.row));
  // Older rows say nothing any more. To remove them costs more than to have some.
  if (fence % KEPT_FENCES === 0)
    await place.session.run(
      `DELETE FROM ${place.locks} WHERE target = ${text(place.label)} AND fence < ${fence}`,
      doingOf(place),
    );
  return heldLock(place, fence, name, owner);
}

const heldBy = (place: LockPlace, load: string): Error =>
  fail('DPONE_TARGET_LOCKED', `${place.label} is held by load ${load}`, { where: place.label });

const said = (row: Row): string => `${String(row['load_id'])} (${String(row['host'])}, pid ${String(row['pid'])})`;

interface Newest {
  readonly fence: number;
  readonly held: boolean;
  readonly row: Row;
}

/** The newest fence of a target, by the server's own clock. */
export async function newestFence(place: LockPlace): Promise<Newest | undefined> {
  const [row] = await place.session.rows(
    `SELECT fence, argMinIf(owner, at, kind = 'taken') AS owner, argMinIf(load_id, at, kind = 'taken') AS load_id, ` +
      `argMinIf(host, at, kind = 'taken') AS host, argMinIf(pid, at, kind = 'taken') AS pid, ` +
      `countIf(kind = 'free') AS freed, dateDiff('second', max(at), now64(6)) AS silent ` +
      `FROM ${place.locks} WHERE target = ${text(place.label)} GROUP BY fence ORDER BY fence DESC LIMIT 1`,
    doingOf(place),
    // On a replica that is behind, an old fence would look like the newest.
    { settings: { select_sequential_consistency: 1 } },
  );
  return row === undefined ? undefined : { fence: Number(row['fence']), held: Number(row['freed']) === 0, row };
}

/** Silent for long, or a process of this machine that is gone. */
function isDead(row: Row, owner: LockOwner): boolean {
  if (Number(row['silent']) > STALE_SECONDS) return true;
  return row['host'] === owner.host && !isRunning(Number(row['pid']));
}

const insertRow = (place: LockPlace, kind: string, fence: number, name: string, owner: LockOwner): string =>
  `INSERT INTO ${place.locks} (target, fence, kind, owner, load_id, host, pid) SELECT ${text(place.label)}, ${fence}, ` +
  `'${kind}', ${text(name)}, ${text(owner.loadId)}, ${text(owner.host)}, ${owner.pid}`;

/** DPONE_FENCED where a newer worker has the target. */
export async function assertFence(place: LockPlace, fence: number): Promise<void> {
  const newest = await newestFence(place);
  if (newest?.fence !== fence)
    throw fail('DPONE_FENCED', `${place.label} is held by a newer worker than fence ${fence}`, { where: place.label });
}

function heldLock(place: LockPlace, fence: number, name: string, owner: LockOwner): TargetLock {
  return {
    fence,
    heartbeat: async () => {
      await assertFence(place, fence);
      await place.session.run(insertRow(place, 'alive', fence, name, owner), doingOf(place));
    },
    release: () => place.session.run(insertRow(place, 'free', fence, name, owner), doingOf(place)),
  };
}
