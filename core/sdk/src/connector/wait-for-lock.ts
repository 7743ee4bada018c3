import { setTimeout as sleep } from 'node:timers/promises';
import { fail, isDponeError } from '../errors/error.js';

export interface LockWait {
  /** Until when to try, in milliseconds since the epoch. Once is always tried. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** Begins the message of a wait that is cancelled. */
  readonly what: string;
  /** The first pause in milliseconds, doubled for each next one. Default 20. */
  readonly firstPauseMs?: number;
  /** Default 500. */
  readonly longestPauseMs?: number;
}

/** Tries to take a lock again and again while `take` throws DPONE_TARGET_LOCKED; with the deadline that error is thrown. */
export async function waitForLock<T>(take: () => Promise<T>, wait: LockWait): Promise<T> {
  const { deadline, signal, what, firstPauseMs = 20, longestPauseMs = 500 } = wait;
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    if (signal.aborted) throw fail('DPONE_CANCELLED', `${what}: cancelled`);
    try {
      return await take();
    } catch (error) {
      const held = isDponeError(error) && error.code === 'DPONE_TARGET_LOCKED';
      if (!held || Date.now() >= deadline) throw error;
    }
    await sleep(Math.max(1, Math.min(pause, deadline - Date.now())));
  }
}
