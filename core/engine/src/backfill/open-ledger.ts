import { isDponeError, type ChunkPlan, type Sink } from '@dpone/sdk';
import type { OpenProcess } from '../plan/open-process.js';
import { changedError, stoppedError } from './backfill-error.js';
import { countChunks, diedReason, type ChunkRecord, type LedgerHead } from './chunk-record.js';
import { fingerprintOf } from './fingerprint.js';
import { Ledger, type Stored } from './ledger.js';
import { ledgerStore } from './ledger-store.js';

export interface OpenLedger {
  readonly ledger: Ledger;
  readonly head: Stored<LedgerHead>;
  readonly chunks: readonly Stored<ChunkRecord>[];
}

/** Refuses what is paused, cancelled or of other chunks, before anything waits for a lock. */
export async function lookAtLedger(open: OpenProcess, sink: Sink, plan: ChunkPlan): Promise<Ledger> {
  const ledger = new Ledger(await ledgerStore(open, sink), open.spec.name);
  try {
    refuse(open, await ledger.head(), plan);
  } catch (error) {
    // Some targets can only be looked at by the holder of their lock: then it is looked at under the lock.
    if (!isDponeError(error) || error.code !== 'DPONE_TARGET_LOCKED') throw error;
  }
  return ledger;
}

/** The ledger of this backfill, begun where there is none. Needs the target's lock with this fence. */
export async function beginLedger(open: OpenProcess, sink: Sink, ledger: Ledger, plan: ChunkPlan): Promise<OpenLedger> {
  const { spec, host } = open;
  let head = await ledger.head();
  refuse(open, head, plan);
  head ??= await ledger.putHead(
    {
      status: 'running',
      column: plan.windows[0]!.column,
      chunks: plan.windows.length,
      fingerprint: fingerprintOf(spec, plan),
      begun_at: host.clock.now().toISOString(),
    },
    null,
  );
  const chunks: Stored<ChunkRecord>[] = [];
  for (const chunk of await ledger.chunks(plan)) chunks.push(await settled(chunk, ledger, sink, plan.maxAttempts));
  return { ledger, head, chunks };
}

function refuse(open: OpenProcess, head: Stored<LedgerHead> | null, plan: ChunkPlan): void {
  if (head === null) return;
  const { status, fingerprint } = head.value;
  if (fingerprint !== fingerprintOf(open.spec, plan)) throw changedError(open.spec, head.value);
  if (status === 'paused' || status === 'cancelled') throw stoppedError(open.spec, status);
}

/**
 * Ends the lease of an owner that is gone: whoever holds the target's lock has a higher fence, so nothing of that lease
 * can take effect any more, and its load's receipt says whether it did. Recovery of open loads comes before. A chunk that
 * owner after owner died with is set aside: it would take the next one, too, and no chunk behind it would ever be loaded.
 */
async function settled(
  chunk: Stored<ChunkRecord>,
  ledger: Ledger,
  sink: Sink,
  maxAttempts: number,
): Promise<Stored<ChunkRecord>> {
  const { status, load_id: loadId, lease } = chunk.value;
  if (status !== 'leased' || loadId === null) return chunk;
  const receipt = await sink.receipt(loadId);
  if (receipt !== null)
    return ledger.putChunk(chunk, {
      status: 'committed',
      lease: null,
      rows: receipt.rowsStaged + receipt.rowsRejected,
      reason: null,
    });
  const deaths = chunk.value.deaths + 1;
  const free = { lease: null, load_id: null, deaths };
  return deaths < maxAttempts
    ? ledger.putChunk(chunk, { ...free, status: 'pending' })
    : ledger.putChunk(chunk, { ...free, status: 'poisoned', reason: diedReason(deaths, lease?.owner ?? 'unknown') });
}

export const countsOf = (chunks: readonly Stored<ChunkRecord>[]): ReturnType<typeof countChunks> =>
  countChunks(chunks.map(({ value }) => value));
