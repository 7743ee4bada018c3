import { hostname } from 'node:os';
import { fail, isDponeError } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunOptions } from '../options.js';
import { whereOf } from '../plan/where.js';
import { withSink } from '../target-scope.js';
import { changedError, stoppedError } from './backfill-error.js';
import { countChunks, type ChunkCounts, type ChunkRecord, type LedgerHead } from './chunk-record.js';
import { fingerprintOf } from './fingerprint.js';
import { Ledger, type Stored } from './ledger.js';
import { ledgerStore } from './ledger-store.js';
import { leaveRequest, type Request } from './request.js';

/** `dpone backfill status --format json`. */
export interface BackfillReport {
  readonly process: string;
  /** Where the ledger is: `target`, or the id of the state store. */
  readonly backend: string;
  /** `none` where no run has begun it. */
  readonly status: 'none' | LedgerHead['status'];
  readonly column: string;
  readonly inner_mode: string;
  readonly parallel_workers: number;
  readonly begun_at: string | null;
  readonly counts: ChunkCounts;
  /** Rows of the committed chunks. */
  readonly rows: number;
  readonly chunks: readonly ChunkRecord[];
}

/** What a command did. */
export interface BackfillChange {
  readonly process: string;
  readonly mode: 'preview' | 'execute';
  /** False where it is only shown, and where there is nothing to do. */
  readonly executed: boolean;
  /** True where a run that holds the target was asked, and does it soon. */
  readonly requested: boolean;
  readonly counts: ChunkCounts | null;
  /** Chunks that are changed by it. */
  readonly chunks: readonly number[];
}

type Call = Pick<RunOptions, 'signal'>;

interface Opened {
  readonly ledger: Ledger;
  readonly head: Stored<LedgerHead> | null;
  readonly chunks: readonly Stored<ChunkRecord>[];
}

const withLedger = <T>(
  host: EngineHost,
  spec: ProcessSpec,
  { signal }: Call,
  what: (opened: Opened, more: Parameters<Parameters<typeof withSink<T>>[3]>) => Promise<T>,
): Promise<T> =>
  withSink(host, spec, signal, async (sink, open) => {
    const { chunks: plan } = open;
    if (plan === undefined)
      throw fail('DPONE_USAGE', `${spec.name} is no backfill: its mode is ${spec.sink.strategy.mode}`, {
        where: whereOf(spec, 'sink.strategy.mode'),
        remedy: 'Set sink.strategy.mode: backfill.',
      });
    const ledger = new Ledger(await ledgerStore(open, sink), spec.name);
    const head = await ledger.head();
    const known = head !== null && head.value.fingerprint === fingerprintOf(open.spec, plan);
    return what({ ledger, head, chunks: head === null || known ? await ledger.chunks(plan) : [] }, [sink, open]);
  });

/** Of a cancelled backfill, what is not committed is cancelled. */
const shown = (head: Stored<LedgerHead> | null, { value }: Stored<ChunkRecord>): ChunkRecord =>
  head?.value.status === 'cancelled' && value.status !== 'committed' && value.status !== 'poisoned'
    ? { ...value, status: 'cancelled' }
    : value;

function status(host: EngineHost, spec: ProcessSpec, options: Call = {}): Promise<BackfillReport> {
  return withLedger(host, spec, options, async ({ ledger, head, chunks: stored }, [, open]) => {
    const plan = open.chunks!;
    if (head !== null && head.value.fingerprint !== fingerprintOf(open.spec, plan))
      throw changedError(spec, head.value);
    const chunks = stored.map((chunk) => shown(head, chunk));
    return {
      process: spec.name,
      backend: ledger.backend,
      status: head?.value.status ?? 'none',
      column: plan.windows[0]!.column,
      inner_mode: plan.innerMode,
      parallel_workers: plan.workers,
      begun_at: head?.value.begun_at ?? null,
      counts: countChunks(chunks),
      rows: chunks.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
      chunks,
    };
  });
}

/** Lets the chunks in hand come to their end and begins no other one. */
const pause = (host: EngineHost, spec: ProcessSpec, options: Call = {}): Promise<BackfillChange> =>
  stop(host, spec, 'paused', options);

/** Undoes the chunks in hand and begins no other one, for good. */
const cancel = (
  host: EngineHost,
  spec: ProcessSpec,
  options: Call & { readonly yes?: boolean } = {},
): Promise<BackfillChange> =>
  options.yes === true ? stop(host, spec, 'cancelled', options) : preview(host, spec, options);

async function stop(host: EngineHost, spec: ProcessSpec, request: Request, options: Call): Promise<BackfillChange> {
  const done = { process: spec.name, mode: 'execute', chunks: [] } as const;
  try {
    return await withLedger(host, spec, options, async ({ ledger, head, chunks }) => {
      const begun = refuseNone(spec, head);
      const counts = countChunks(chunks.map(({ value }) => value));
      if (begun.value.status === 'complete' || begun.value.status === 'cancelled')
        throw fail('DPONE_USAGE', `the backfill of ${spec.name} is ${begun.value.status}`);
      await ledger.putHead({ ...begun.value, status: request }, begun);
      return { ...done, executed: true, requested: false, counts };
    });
  } catch (error) {
    // The ledger is in the target, and the run that holds the target lets nobody look into it.
    if (!isDponeError(error) || error.code !== 'DPONE_TARGET_LOCKED') throw error;
    await leaveRequest({ host, spec }, request);
    return { ...done, executed: true, requested: true, counts: null };
  }
}

/** Lets a paused backfill go on with the next run. */
const resume = (host: EngineHost, spec: ProcessSpec, options: Call = {}): Promise<BackfillChange> =>
  withLedger(host, spec, options, async ({ ledger, head, chunks }) => {
    const begun = refuseNone(spec, head);
    if (begun.value.status === 'cancelled') throw stoppedError(spec, 'cancelled');
    const executed = begun.value.status === 'paused';
    if (executed) await ledger.putHead({ ...begun.value, status: 'running' }, begun);
    const counts = countChunks(chunks.map(({ value }) => value));
    return { process: spec.name, mode: 'execute', executed, requested: false, counts, chunks: [] };
  });

/** Has the next run try the chunks again that were set aside: all of them, or one. */
const retry = (
  host: EngineHost,
  spec: ProcessSpec,
  options: Call & { readonly chunk?: number | undefined } = {},
): Promise<BackfillChange> =>
  withLedger(host, spec, options, async ({ ledger, head, chunks: stored }) => {
    const begun = refuseNone(spec, head);
    if (begun.value.status === 'cancelled') throw stoppedError(spec, 'cancelled');
    const aside = stored.filter(({ value }) => value.status === 'poisoned' || value.status === 'failed');
    const chosen = aside.filter(({ value }) => options.chunk === undefined || value.chunk === options.chunk);
    if (options.chunk !== undefined && chosen.length === 0)
      throw fail('DPONE_USAGE', `chunk ${options.chunk} of ${spec.name} is not set aside`, {
        remedy: `Set aside are: ${aside.map(({ value }) => value.chunk).join(', ') || 'none'}.`,
      });
    const again = { status: 'pending', failures: 0, deaths: 0, lease: null, load_id: null, reason: null } as const;
    const now = new Map<number, ChunkRecord>();
    for (const chunk of chosen) now.set(chunk.value.chunk, (await ledger.putChunk(chunk, again)).value);
    const counts = countChunks(stored.map(({ value }) => now.get(value.chunk) ?? value));
    return {
      process: spec.name,
      mode: 'execute',
      executed: chosen.length > 0,
      requested: false,
      counts,
      chunks: [...now.keys()],
    };
  });

/** Forgets the ledger, so that the next run begins anew; what is committed stays in the target. Takes the target's lock. */
const reset = (
  host: EngineHost,
  spec: ProcessSpec,
  options: Call & Pick<RunOptions, 'lockTimeoutMs'> & { readonly yes?: boolean } = {},
): Promise<BackfillChange> =>
  options.yes === true
    ? withLedger(host, spec, options, async ({ ledger, head, chunks }, [sink]) => {
        const owner = { loadId: `reset of ${spec.name}`, host: hostname(), pid: process.pid };
        const lock = await sink.lock(owner, options.lockTimeoutMs ?? spec.engine.lockTimeoutSeconds * 1000);
        try {
          await ledger.clear();
        } finally {
          await lock.release();
        }
        const counts = countChunks(chunks.map(({ value }) => value));
        return { process: spec.name, mode: 'execute', executed: head !== null, requested: false, counts, chunks: [] };
      })
    : preview(host, spec, options);

const preview = (host: EngineHost, spec: ProcessSpec, options: Call): Promise<BackfillChange> =>
  withLedger(host, spec, options, ({ head, chunks }) => {
    refuseNone(spec, head);
    const counts = countChunks(chunks.map(({ value }) => value));
    return Promise.resolve({
      process: spec.name,
      mode: 'preview',
      executed: false,
      requested: false,
      counts,
      chunks: [],
    });
  });

function refuseNone(spec: ProcessSpec, head: Stored<LedgerHead> | null): Stored<LedgerHead> {
  if (head !== null) return head;
  throw fail('DPONE_USAGE', `no backfill of ${spec.name} has begun`, {
    remedy: `Begin it: dpone run ${spec.manifest}.`,
  });
}

/** What can be done with a backfill apart from running it. */
export const backfillOperations = { status, pause, resume, cancel, retry, reset } as const;
