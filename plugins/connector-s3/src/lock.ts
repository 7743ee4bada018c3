import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, type TargetLock, isRunning } from '@dpone/sdk';
import { doing } from './errors.js';
import {
  assertConditions,
  changeHead,
  readHead,
  replaceHead,
  type Head,
  type LockOwner,
  type SeenHead,
} from './head.js';
import type { Layout } from './layout.js';
import type { Store } from './store.js';

/** Heartbeats come every few seconds; an owner that missed this many milliseconds of them is taken for dead. */
export const STALE_MS = 30_000;
const POLL_MS = 500;

/** Takes the lock: the head with the next fence, written in place of the one that was seen free. */
export async function takeLock(
  store: Store,
  layout: Layout,
  owner: LockOwner,
  waitMs: number,
  signal: AbortSignal,
): Promise<TargetLock> {
  const { meta, label } = layout;
  const until = Date.now() + waitMs;
  return doing(`locking ${label}`, label, 'DPONE_SINK_WRITE', async () => {
    for (let first = true; ; first = false) {
      const seen = await readHead(store, meta, signal);
      if (first && seen === null) await assertConditions(store, meta, label);
      if (seen === null || isFree(seen)) {
        const fence = (seen?.head.fence ?? 0) + 1;
        const head: Head = { intent: null, last: null, ...seen?.head, fence, owner, released: false };
        if (await replaceHead(store, meta, seen, head)) return held(store, layout, fence);
      } else if (Date.now() >= until) throw lockedError(label, seen);
      else await sleep(Math.min(POLL_MS, Math.max(1, until - Date.now())), undefined, { signal });
      signal.throwIfAborted();
    }
  });
}

function isFree({ head, ageMs }: SeenHead): boolean {
  if (head.released || ageMs > STALE_MS) return true;
  return head.owner.host === hostname() && !isRunning(head.owner.pid);
}

function lockedError(label: string, { head, ageMs }: SeenHead): Error {
  const { loadId, pid, host } = head.owner;
  const seconds = Math.round(ageMs / 1000);
  return fail(
    'DPONE_TARGET_LOCKED',
    `${label} is held by load ${loadId} of process ${pid} on ${host}, last seen ${seconds} s ago`,
  );
}

function held(store: Store, { meta, label }: Layout, fence: number): TargetLock {
  return {
    fence,
    heartbeat: () =>
      doing(`keeping the lock of ${label}`, label, 'DPONE_SINK_WRITE', () =>
        changeHead(store, meta, fence, label, (head) => head),
      ),
    // The object stays: its number is the fence that the next holder must exceed.
    release: async () => {
      const seen = await readHead(store, meta);
      if (seen?.head.fence !== fence) return;
      if (!(await replaceHead(store, meta, seen, { ...seen.head, released: true })))
        await changeHead(store, meta, fence, label, (head) => ({ ...head, released: true })).catch(() => {});
    },
  };
}
