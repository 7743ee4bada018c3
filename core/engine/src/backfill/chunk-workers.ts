import { setTimeout as pause } from 'node:timers/promises';
import { asDponeError, isDponeError, type DponeError, type Sink } from '@dpone/sdk';
import pLimit from 'p-limit';
import { ulid } from 'ulid';
import type { HeldLock } from '../load/lock.js';
import type { PackageRecords } from '../load/package-record.js';
import type { LoadTrace } from '../load/trace.js';
import { addUp } from './add-up.js';
import { judgeFailure, noteFailure } from './chunk-failure.js';
import { inWorkers, loadChunk } from './chunk-load.js';
import { ChunkQueue } from './chunk-queue.js';
import { countChunks, type ChunkCounts, type ChunkRecord } from './chunk-record.js';
import { LEASE_MS, newLease } from './lease.js';
import type { Stored } from './ledger.js';
import type { OpenLedger } from './open-ledger.js';
import { takeRequest, type Request } from './request.js';
import type { BackfillCall } from './run-backfill.js';

export interface WorkersCall {
  readonly backfill: BackfillCall;
  /** The owner's, which holds the lock. */
  readonly sink: Sink;
  readonly begun: OpenLedger;
  readonly lock: HeldLock;
  readonly records: PackageRecords;
}

/** How often the ledger is looked at while chunks are loaded: has somebody paused or cancelled it? */
const LOOK_MS = 2000;
const BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;

/** Loads the chunks of a backfill, several at once. */
export class ChunkWorkers {
  readonly #call: WorkersCall;
  readonly #queue: ChunkQueue;
  /** What each chunk is by now; leases are renewed from here. */
  readonly #chunks = new Map<number, Stored<ChunkRecord>>();
  readonly #inHand = new Set<number>();
  /** Fires where the backfill was cancelled: chunks in hand are undone. */
  readonly #cancel = new AbortController();
  /** One chunk at a time changes the target. */
  readonly #turn = pLimit(1);
  readonly #writes = pLimit(1);
  #stopped: Request | undefined;
  #looking: Promise<void> = Promise.resolve();
  #renewed = Date.now();

  constructor(call: WorkersCall) {
    this.#call = call;
    this.#queue = new ChunkQueue(call.begun.chunks);
    for (const chunk of call.begun.chunks) this.#chunks.set(chunk.value.chunk, chunk);
  }

  /** Resolves when no chunk is in hand any more: with what it was told to do, where it was told. Throws what ends all chunks. */
  async run(): Promise<Request | undefined> {
    const { backfill, sink } = this.#call;
    const timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, LOOK_MS);
    timer.unref();
    try {
      // The first chunk makes the table: side by side they would all plan to make it.
      while (backfill.plan.workers > 1 && !(await sink.inspect()).exists && this.#queue.left > 0) await this.#next();
      const workers = Array.from({ length: backfill.plan.workers }, () => this.#work());
      const ends = await Promise.allSettled(workers);
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    } finally {
      clearInterval(timer);
      await this.#looking;
    }
    return this.#stopped;
  }

  async #work(): Promise<void> {
    while (await this.#next());
  }

  /** Takes the next chunk and loads it; false where there is none. */
  async #next(): Promise<boolean> {
    await this.#look();
    const chunk = this.#queue.take();
    if (chunk === undefined) return false;
    try {
      await this.#carryOut(chunk);
    } catch (error) {
      // Nobody begins another one; those in hand come to their end.
      this.#queue.close();
      throw error;
    }
    return true;
  }

  async #carryOut(given: Stored<ChunkRecord>): Promise<void> {
    const { work, plan } = this.#call.backfill;
    const { chunk } = given.value;
    this.#inHand.add(chunk);
    try {
      for (let attempt = 1; ; attempt++) {
        work.signal.throwIfAborted();
        const loadId = ulid(this.#call.backfill.call.host.clock.now().getTime());
        await this.#lease(chunk, loadId);
        const trace = await this.#load(chunk, loadId).catch((error: unknown) => asDponeError(error));
        if (!isDponeError(trace)) return await this.#committed(chunk, trace);
        if (await this.#tookEffect(chunk, loadId)) return;
        const again = await this.#failed(chunk, trace, plan.maxAttempts);
        if (!again) return;
        await pause(Math.min(BACKOFF_MS * 2 ** (attempt - 1), MAX_BACKOFF_MS), undefined, {
          signal: this.#ended(),
        }).catch(() => undefined);
        if (this.#stopped !== undefined) return;
      }
    } finally {
      this.#inHand.delete(chunk);
    }
  }

  #ended(): AbortSignal {
    return AbortSignal.any([this.#call.backfill.work.signal, this.#cancel.signal]);
  }

  async #lease(chunk: number, loadId: string): Promise<void> {
    const { fence } = this.#call.lock;
    const { attempts } = this.#chunks.get(chunk)!.value;
    await this.#put(chunk, {
      status: 'leased',
      attempts: attempts + 1,
      load_id: loadId,
      lease: newLease(this.#call.backfill.call.host.clock.now(), fence),
      reason: null,
    });
  }

  #load(chunk: number, loadId: string): Promise<LoadTrace> {
    const { backfill, lock, records } = this.#call;
    const { call, plan } = backfill;
    return loadChunk({
      host: call.host,
      spec: inWorkers(call.spec, plan.workers),
      window: plan.windows[chunk - 1]!,
      chunk,
      loadId,
      runId: call.trace.runId,
      fence: lock.fence,
      records,
      onEvent: call.options.onEvent,
      signal: this.#ended(),
      // Side by side, each chunk is one stream; one by one, each is split as any load.
      streams: plan.workers > 1 ? 1 : call.options.streams,
      turn: (what) => this.#turn(what),
    });
  }

  async #committed(chunk: number, trace: LoadTrace): Promise<void> {
    addUp(this.#call.backfill.call.trace, trace);
    await this.#put(chunk, { status: 'committed', lease: null, rows: trace.extracted, reason: null });
    await this.#tell(chunk);
  }

  /**
   * A load that failed may have left its staging, or even have taken effect, where the answer of the server was lost.
   * Asked before the chunk is loaded again: nothing may be in it twice.
   */
  async #tookEffect(chunk: number, loadId: string): Promise<boolean> {
    const { sink } = this.#call;
    await sink.recover(loadId);
    const receipt = await sink.receipt(loadId);
    if (receipt === null) return false;
    await this.#put(chunk, {
      status: 'committed',
      lease: null,
      rows: receipt.rowsStaged + receipt.rowsRejected,
      reason: null,
    });
    await this.#tell(chunk);
    return true;
  }

  /** Whether it is tried again. Throws what ends the backfill. */
  async #failed(chunk: number, error: DponeError, maxAttempts: number): Promise<boolean> {
    const { work } = this.#call.backfill;
    const free = { lease: null, load_id: null };
    if (work.signal.aborted || this.#cancel.signal.aborted) {
      const status = this.#stopped === 'cancelled' ? 'cancelled' : 'pending';
      // Where another owner has taken over, the chunk is its own by now.
      await this.#put(chunk, { ...free, status }).catch(() => undefined);
      if (work.signal.aborted) throw work.cause();
      return false;
    }
    const failed = noteFailure(this.#chunks.get(chunk)!.value, error);
    const judgement = judgeFailure(error, failed.failures, maxAttempts);
    await this.#put(chunk, { ...free, ...failed, status: judgement === 'poisoned' ? 'poisoned' : 'failed' });
    await this.#tell(chunk);
    if (judgement === 'ends') throw error;
    return judgement === 'again';
  }

  /** One write after the other: each names the one before. */
  async #put(chunk: number, change: Partial<ChunkRecord>, unless?: (now: ChunkRecord) => boolean): Promise<void> {
    await this.#writes(async () => {
      const before = this.#chunks.get(chunk)!;
      if (unless?.(before.value) === true) return;
      this.#chunks.set(chunk, await this.#call.begun.ledger.putChunk(before, change));
    });
  }

  counts(): ChunkCounts {
    return countChunks([...this.#chunks.values()].map(({ value }) => value));
  }

  async #tell(chunk: number): Promise<void> {
    const { call, tell } = this.#call.backfill;
    const { total, committed } = this.counts();
    const { status, from, to, rows, reason } = this.#chunks.get(chunk)!.value;
    const counts = { chunks: total, committed };
    await tell.tell({ type: 'chunk', process: call.spec.name, chunk, ...counts, status, from, to, rows, reason });
  }

  /** Looks at what the ledger was told, and shows that the owner lives. Never throws: a ledger that is gone shows at the next write. */
  async #look(): Promise<void> {
    const { backfill, begun } = this.#call;
    try {
      await takeRequest(backfill.open, begun.ledger);
      const status = (await begun.ledger.head())?.value.status;
      if (status === 'paused' || status === 'cancelled') {
        this.#stopped = status;
        this.#queue.close();
        if (status === 'cancelled') this.#cancel.abort();
      }
      if (Date.now() - this.#renewed > LEASE_MS / 3) await this.#renew();
    } catch (error) {
      backfill.call.host.log.warn(`the ledger of ${backfill.call.spec.name} could not be looked at: ${String(error)}`);
    }
  }

  async #renew(): Promise<void> {
    this.#renewed = Date.now();
    const lease = newLease(this.#call.backfill.call.host.clock.now(), this.#call.lock.fence);
    for (const chunk of this.#inHand) await this.#put(chunk, { lease }, ({ status }) => status !== 'leased');
  }
}
