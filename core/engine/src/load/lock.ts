import { hostname } from 'node:os';
import type { Logger, Sink, TargetLock } from '@dpone/sdk';
import type { Work } from './work.js';

/** How often the owner of a lock proves that it lives; sinks take a lock over after several missed beats. */
const HEARTBEAT_MS = 3000;

export interface HeldLock {
  readonly fence: number;
  /** Stops the heartbeat and gives the target back; never throws, because the load's own end is what counts. */
  release(): Promise<void>;
}

/** Takes the target's lock and keeps it alive; a lost lock aborts the work with DPONE_FENCED. */
export async function holdLock(sink: Sink, loadId: string, waitMs: number, work: Work, log: Logger): Promise<HeldLock> {
  const lock: TargetLock = await sink.lock({ loadId, host: hostname(), pid: process.pid }, waitMs);
  let beating: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    beating = lock
      .heartbeat()
      .catch((error: unknown) => work.abort(error))
      .finally(() => (busy = false));
  }, HEARTBEAT_MS);
  timer.unref();
  return {
    fence: lock.fence,
    release: async () => {
      clearInterval(timer);
      await beating;
      await lock.release().catch((error: unknown) => log.warn(`the lock was not given back: ${String(error)}`));
    },
  };
}
