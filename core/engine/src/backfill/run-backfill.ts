import { isDponeError, type ChunkPlan, type Sink } from '@dpone/sdk';
import type { LoadCall } from '../load/load.js';
import { holdLock, type HeldLock } from '../load/lock.js';
import { packageRecords, type PackageRecords } from '../load/package-record.js';
import { recoverLoads } from '../load/recover.js';
import type { Teller } from '../load/teller.js';
import type { Work } from '../load/work.js';
import { planLoad } from '../plan/load-plan.js';
import { openProcess, type OpenProcess } from '../plan/open-process.js';
import { stateAccess } from '../plan/state-access.js';
import { poisonedError, stoppedError } from './backfill-error.js';
import { ChunkWorkers } from './chunk-workers.js';
import { beginLedger, countsOf, lookAtLedger, type OpenLedger } from './open-ledger.js';
import { takeRequest } from './request.js';
import type { Ledger } from './ledger.js';

/** What a backfill runs with. */
export interface BackfillCall {
  readonly call: LoadCall;
  readonly open: OpenProcess;
  readonly plan: ChunkPlan;
  readonly tell: Teller;
  readonly work: Work;
}

/**
 * Begins a backfill, or goes on with it. The owner holds the target's lock from the first chunk to the last: chunks are
 * staged side by side, one after the other they change the target, all behind one fence. Throws where a chunk was set
 * aside, where it was paused or cancelled, and where no chunk can be loaded.
 */
export async function runBackfill(backfill: BackfillCall): Promise<void> {
  const { call, open, plan, tell, work } = backfill;
  const { host, spec, options, trace } = call;
  const sink = await open.openSink();
  const ledger = await lookAtLedger(open, sink, plan);
  await planFirst(backfill);
  const waitMs = options.lockTimeoutMs ?? spec.engine.lockTimeoutSeconds * 1000;
  const lock = await holdLock(sink, trace.loadId, waitMs, work, open.context.log);
  try {
    await tell.step('load.locked');
    const records = packageRecords(host.workdir, spec, host.clock);
    const access = await stateAccess(open, sink);
    trace.warnings.push(...(await recoverLoads({ open, sink, access, records })));
    await tell.step('load.recovered');
    await underLock(backfill, sink, ledger, lock, records);
  } finally {
    await lock.release();
  }
  await tell
    .step('load.unlocked')
    .catch((error: unknown) =>
      trace.warnings.push(`the chunks are committed; their listener failed: ${String(error)}`),
    );
}

/** What is wrong with a manifest, a schema or a lane is refused before anything is written, as of any load. */
async function planFirst({ call, plan, work }: BackfillCall): Promise<void> {
  const { host, spec } = call;
  const scope = host.openScope(`first chunk of ${spec.name}`);
  try {
    const open = await openProcess(host, spec, scope, { signal: work.signal, chunk: plan.windows[0] });
    const sink = await open.openSink();
    const first = await planLoad(open, await open.openSource(), sink, await stateAccess(open, sink));
    await first.read.close();
  } catch (error) {
    if (!isDponeError(error) || error.code !== 'DPONE_TARGET_LOCKED') throw error;
  } finally {
    await scope.dispose();
  }
}

async function underLock(
  backfill: BackfillCall,
  sink: Sink,
  ledger: Ledger,
  lock: HeldLock,
  records: PackageRecords,
): Promise<void> {
  const { call, open, plan, work } = backfill;
  const { spec, trace } = call;
  await takeRequest(open, ledger);
  const begun = await beginLedger(open, sink, ledger, plan);
  trace.chunks = countsOf(begun.chunks);
  trace.committed = { inserted: 0, updated: 0, deleted: 0, finalRows: null };
  if (begun.head.value.status === 'complete') {
    trace.warnings.push(`the backfill is complete: its ${begun.chunks.length} chunks are committed already`);
    return;
  }
  const workers = new ChunkWorkers({ backfill, sink, begun, lock, records });
  const stopped = await workers.run().finally(() => (trace.chunks = workers.counts()));
  const chunks = await ledger.chunks(plan);
  trace.chunks = countsOf(chunks);
  if (work.signal.aborted) throw work.cause();
  if (stopped !== undefined) throw stoppedError(spec, stopped, trace.chunks);
  const poisoned = chunks.map(({ value }) => value).filter(({ status }) => status === 'poisoned');
  if (poisoned.length > 0) throw poisonedError(spec, poisoned, trace.chunks);
  await complete(begun);
}

/** Written last: without it the next run finds every chunk committed, and writes it. */
async function complete({ ledger }: OpenLedger): Promise<void> {
  const head = await ledger.head();
  if (head !== null) await ledger.putHead({ ...head.value, status: 'complete' }, head);
}
