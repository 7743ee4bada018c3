import { setTimeout as wait } from 'node:timers/promises';
import { fail, type PluginContext, type TargetLock } from '@dpone/sdk';
import type { Store } from './store.js';

/** A holder that has not been heard of for this long is taken for dead. */
const DEAD_AFTER_MS = 60_000;

/** Takes the lock of a target: an owner, a heartbeat, and a fence that grows with every owner. */
export async function lockTarget(
  store: Store,
  name: string,
  owner: { readonly loadId: string; readonly host: string; readonly pid: number },
  waitMs: number,
  ctx: Pick<PluginContext, 'clock' | 'signal'>,
): Promise<TargetLock> {
  const holder = `load ${owner.loadId} (process ${owner.pid} on ${owner.host})`;
  const now = (): number => ctx.clock.now().getTime();
  const deadline = performance.now() + waitMs;
  for (;;) {
    const taken = await store.transaction((document) => {
      const lock = (document.locks[name] ??= { fence: 0, holder: null, beatAt: 0 });
      if (lock.holder !== null && now() - lock.beatAt < DEAD_AFTER_MS) return { by: lock.holder };
      document.locks[name] = { fence: lock.fence + 1, holder, beatAt: now() };
      return { fence: lock.fence + 1 };
    });
    if (taken.fence !== undefined) return held(store, name, taken.fence, now);
    if (performance.now() >= deadline)
      throw fail('DPONE_TARGET_LOCKED', `${name} is held by ${taken.by}.`, { where: store.path });
    await wait(200, undefined, { signal: ctx.signal });
  }
}

function held(store: Store, name: string, fence: number, now: () => number): TargetLock {
  const mine = (change: { holder?: null; beatAt: number }): Promise<boolean> =>
    store.transaction((document) => {
      const lock = document.locks[name];
      if (lock === undefined || lock.fence !== fence) return false;
      document.locks[name] = { ...lock, ...change };
      return true;
    });
  return {
    fence,
    heartbeat: async () => {
      if (!(await mine({ beatAt: now() }))) throw fail('DPONE_FENCED', `Another worker took ${name} over.`);
    },
    release: async () => {
      await mine({ holder: null, beatAt: 0 });
    },
  };
}
