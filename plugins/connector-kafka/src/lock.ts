import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, isDponeError, type TargetLock, isRunning } from '@dpone/sdk';
import type { KafkaClient } from './connection/client.js';
import type { Doing } from './errors.js';
import type { Ledger, LockEntry } from './ledger.js';
import type { SinkNames } from './names.js';
import { TransactionalProducer } from './producer.js';

export interface LockOwner {
  readonly loadId: string;
  readonly host: string;
  readonly pid: number;
}

export interface LockCall {
  readonly client: KafkaClient;
  readonly ledger: Ledger;
  readonly names: SinkNames;
  readonly doing: Doing;
  readonly signal: AbortSignal;
}

/** A holder of another machine that gave no sign for so long, as seen from here, is taken for dead. */
const STALE_MS = 30_000;
/** One whose last sign is this old by its own clock, too; wider than clocks differ. */
const OLD_MS = 300_000;
const POLL_MS = 100;
const LOCK_TIMEOUT_MS = 60_000;

interface Current {
  readonly fence: number;
  readonly entry: LockEntry | null;
}

/** The highest fence that the topic has seen, and who had it. */
export function currentLock(ledger: Ledger): Current {
  const all = ledger.all('lock').map(([key, entry]): Current => ({ fence: Number(key), entry }));
  return all.reduce((a, b) => (b.fence > a.fence ? b : a), { fence: 0, entry: null });
}

/** Throws DPONE_FENCED where a newer worker than `fence` has held the topic. Read after the producer was opened. */
export async function assertFence(ledger: Ledger, fence: number, topic: string): Promise<void> {
  const highest = currentLock(await ledger.refresh()).fence;
  if (highest > fence)
    throw fail('DPONE_FENCED', `the topic ${topic} was taken over: fence ${highest}, this load has ${fence}`);
}

/**
 * Takes the lock. The record of the holder is written by a transactional producer of its own id: of two that try at once
 * the one that opened it first is refused by the brokers, and what either reads afterwards is all that was written before.
 */
export async function takeLock(call: LockCall, owner: LockOwner, waitMs: number): Promise<TargetLock> {
  const { ledger, names, signal } = call;
  await ledger.ensure();
  const until = Date.now() + waitMs;
  const watch = new Watch();
  for (;;) {
    const current = currentLock(await ledger.refresh());
    if (watch.isFree(current)) {
      const lock = await tryLock(call, current, owner, watch);
      if (lock !== undefined) return lock;
    } else if (Date.now() >= until) throw lockedError(names.topic, current);
    signal.throwIfAborted();
    await sleep(Math.max(1, Math.min(POLL_MS, until - Date.now())));
  }
}

async function tryLock(call: LockCall, seen: Current, owner: LockOwner, watch: Watch): Promise<TargetLock | undefined> {
  const { client, ledger, names, doing } = call;
  const locker = await TransactionalProducer.open(client, names.locker, LOCK_TIMEOUT_MS, doing);
  const unchanged = async (): Promise<boolean> => {
    const now = currentLock(await ledger.refresh());
    return now.fence === seen.fence && watch.isFree(now);
  };
  if (!(await unchanged())) return undefined;
  // What a dead worker left open would hide whatever is written behind it.
  await TransactionalProducer.open(client, names.loader, LOCK_TIMEOUT_MS, doing);
  if (!(await unchanged())) return undefined;
  const fence = seen.fence + 1;
  const now = new Date();
  const entry: LockEntry = { ...owner, beat: 0, at: now.toISOString() };
  try {
    const offset = await ledger.within(
      locker,
      [
        ...ledger.all('lock').map(([key]) => ({ kind: 'lock' as const, key, value: null })),
        { kind: 'lock', key: String(fence), value: entry },
      ],
      now.getTime(),
    );
    await locker.commit();
    await ledger.settle(offset);
  } catch (error) {
    if (isDponeError(error) && error.code === 'DPONE_FENCED') return undefined;
    throw error;
  }
  return held(call, fence, entry);
}

function held(call: LockCall, fence: number, first: LockEntry): TargetLock {
  const { ledger, names } = call;
  let entry = first;
  const write = async (change: Partial<LockEntry>): Promise<void> => {
    const now = new Date();
    entry = { ...entry, ...change, beat: entry.beat + 1, at: now.toISOString() };
    await ledger.write([{ kind: 'lock', key: String(fence), value: entry }], now.getTime());
  };
  const isOurs = async (): Promise<boolean> => currentLock(await ledger.refresh()).fence === fence;
  return {
    fence,
    heartbeat: async () => {
      if (!(await isOurs())) throw fail('DPONE_FENCED', `another worker took the topic ${names.topic} over`);
      await write({});
    },
    // The record stays: its number is the fence that the next holder must exceed.
    release: async () => {
      if (await isOurs()) await write({ released: true });
    },
  };
}

/** Watches a holder: clocks of machines differ, so its silence is measured here. */
class Watch {
  #seen = '';
  #since = 0;

  isFree({ fence, entry }: Current): boolean {
    if (entry === null || entry.released === true) return true;
    const sign = `${fence} ${entry.beat}`;
    if (sign !== this.#seen) [this.#seen, this.#since] = [sign, Date.now()];
    if (entry.host === hostname()) return !isRunning(entry.pid);
    return Date.now() - this.#since > STALE_MS || Date.now() - Date.parse(entry.at) > OLD_MS;
  }
}

function lockedError(topic: string, { entry }: Current): Error {
  const who =
    entry === null
      ? 'another process'
      : `load ${entry.loadId} of process ${entry.pid} on ${entry.host}, last seen ${entry.at}`;
  return fail('DPONE_TARGET_LOCKED', `the topic ${topic} is held by ${who}`);
}
