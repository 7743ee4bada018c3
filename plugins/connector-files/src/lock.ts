import { mkdir, open, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atomicWrite, fail, type TargetLock, isRunning } from '@dpone/sdk';
import { isExisting, isMissing, writing } from './errors.js';

export interface LockOwner {
  readonly loadId: string;
  readonly host: string;
  readonly pid: number;
}

/** Heartbeats come every few seconds; an owner that missed this many milliseconds of them is taken for dead. */
export const STALE_MS = 30_000;
const POLL_MS = 100;
const NAME = /^lock\.(\d+)\.json$/;

interface Current {
  readonly fence: number;
  /** Null while its file is being written. */
  readonly owner: (LockOwner & { readonly released?: boolean }) | null;
  readonly ageMs: number;
}

const lockPath = (meta: string, fence: number): string => join(meta, `lock.${fence}.json`);

/** The highest fence that the target has seen; 0 before the first lock. */
export async function highestFence(meta: string): Promise<number> {
  const names = await readdir(meta).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return Math.max(0, ...names.map((name) => Number(NAME.exec(name)?.[1] ?? 0)));
}

/** Throws DPONE_FENCED where a newer worker than `fence` has held the target. */
export async function assertFence(meta: string, fence: number, label: string): Promise<void> {
  const highest = await highestFence(meta);
  if (highest > fence) throw fail('DPONE_FENCED', `${label} was taken over: fence ${highest}, this load has ${fence}`);
}

/**
 * Takes the lock. Each holder has a file of its own, numbered one up and created exclusively: the number is the fence,
 * the highest file is the lock, and nobody ever removes a file that could be the current one.
 */
export async function takeLock(
  meta: string,
  label: string,
  owner: LockOwner,
  waitMs: number,
  signal: AbortSignal,
): Promise<TargetLock> {
  await writing(`locking ${label}`, meta, () => mkdir(meta, { recursive: true }));
  const until = Date.now() + waitMs;
  for (;;) {
    const current = await currentLock(meta);
    if (current === null || isFree(current)) {
      const fence = (current?.fence ?? 0) + 1;
      if (await writing(`locking ${label}`, meta, () => create(meta, fence, owner)))
        return held(meta, label, fence, owner);
      continue;
    }
    if (Date.now() >= until) throw lockedError(label, current);
    signal.throwIfAborted();
    await sleep(Math.min(POLL_MS, Math.max(1, until - Date.now())));
  }
}

async function create(meta: string, fence: number, owner: LockOwner): Promise<boolean> {
  try {
    const file = await open(lockPath(meta, fence), 'wx');
    try {
      await file.writeFile(JSON.stringify(owner));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isExisting(error)) return false;
    throw error;
  }
  // A slow process can create a number that was used and cleaned away meanwhile: the higher one is the lock then.
  if ((await highestFence(meta)) > fence) {
    await rm(lockPath(meta, fence), { force: true });
    return false;
  }
  for (const name of await readdir(meta)) {
    const number = Number(NAME.exec(name)?.[1] ?? fence);
    if (number < fence) await rm(join(meta, name), { force: true });
  }
  return true;
}

async function currentLock(meta: string): Promise<Current | null> {
  const fence = await highestFence(meta);
  if (fence === 0) return null;
  const path = lockPath(meta, fence);
  try {
    const [text, { mtimeMs }] = [await readFile(path, 'utf8'), await stat(path)];
    return { fence, owner: parseOwner(text), ageMs: Date.now() - mtimeMs };
  } catch (error) {
    // Cleaned away by the next holder between the two looks.
    if (isMissing(error)) return currentLock(meta);
    throw error;
  }
}

function parseOwner(text: string): Current['owner'] {
  try {
    return JSON.parse(text) as Current['owner'];
  } catch {
    return null;
  }
}

function isFree({ owner, ageMs }: Current): boolean {
  if (owner?.released === true || ageMs > STALE_MS) return true;
  return owner !== null && owner.host === hostname() && !isRunning(owner.pid);
}

function lockedError(label: string, { owner, ageMs }: Current): Error {
  const who = owner === null ? 'another process' : `load ${owner.loadId} of process ${owner.pid} on ${owner.host}`;
  return fail('DPONE_TARGET_LOCKED', `${label} is held by ${who}, last seen ${Math.round(ageMs / 1000)} s ago`);
}

function held(meta: string, label: string, fence: number, owner: LockOwner): TargetLock {
  const path = lockPath(meta, fence);
  const isOurs = async (): Promise<boolean> => (await highestFence(meta)) === fence;
  return {
    fence,
    heartbeat: async () => {
      if (!(await isOurs())) throw fail('DPONE_FENCED', `another worker took ${label} over`);
      const now = new Date();
      await writing(`keeping the lock of ${label}`, path, () => utimes(path, now, now));
    },
    release: async () => {
      // The file stays: its number is the fence that the next holder must exceed.
      if (await isOurs()) await atomicWrite(path, JSON.stringify({ ...owner, released: true }));
    },
  };
}
