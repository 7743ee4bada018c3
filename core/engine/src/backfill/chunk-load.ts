import { fail, stableJson, type ChunkWindow } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import { loadError } from '../load/load-error.js';
import type { PackageRecords } from '../load/package-record.js';
import { carryOutLoad } from '../load/protocol.js';
import { teller } from '../load/teller.js';
import { newTrace, type LoadTrace } from '../load/trace.js';
import { startWork } from '../load/work.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunOptions } from '../options.js';
import { planLoad, type LoadPlan } from '../plan/load-plan.js';
import { openProcess } from '../plan/open-process.js';
import { stateAccess } from '../plan/state-access.js';

export interface ChunkCall {
  readonly host: EngineHost;
  readonly spec: ProcessSpec;
  readonly window: ChunkWindow;
  readonly chunk: number;
  readonly loadId: string;
  readonly runId: string;
  /** Of the target's lock, which the owner of the backfill holds. */
  readonly fence: number;
  readonly records: PackageRecords;
  readonly onEvent: RunOptions['onEvent'];
  /** Ends this chunk's load; the others go on. */
  readonly signal: AbortSignal;
  /** Partitions that it is split into. */
  readonly streams: number | undefined;
  /** One chunk at a time changes the target. */
  readonly turn: <T>(what: () => Promise<T>) => Promise<T>;
}

/** One chunk through the whole protocol but the lock: own load id, package, staging, receipt. Throws its first cause. */
export async function loadChunk(call: ChunkCall): Promise<LoadTrace> {
  const { host, spec, loadId, runId } = call;
  const work = startWork(call.signal);
  const trace = newTrace(runId, loadId);
  const tell = teller(call.onEvent, { process: spec.name, loadId });
  const scope = host.openScope(`chunk ${call.chunk} of ${spec.name} ${loadId}`);
  try {
    const open = await openProcess(host, spec, scope, {
      signal: work.signal,
      step: tell.step,
      streams: call.streams,
      chunk: call.window,
    });
    const sink = await open.openSink();
    const plan = await planLoad(open, await open.openSource(), sink, await stateAccess(open, sink));
    try {
      await carryOutLoad({
        plan,
        load: {
          loadId,
          runId,
          process: spec.name,
          target: spec.sink.table,
          startedAt: host.clock.now().toISOString(),
          fence: call.fence,
        },
        records: call.records,
        teller: tell,
        work,
        trace,
        onlyNews: false,
        chunk: String(call.chunk),
        finalizing: (finalize) => call.turn(() => unlessChanged(plan, work.signal, finalize)),
      });
    } finally {
      await plan.read.close().catch((error: unknown) => host.log.warn(`the read did not close: ${String(error)}`));
    }
    return trace;
  } catch (thrown) {
    throw loadError(thrown, work);
  } finally {
    work.close();
    await scope.dispose();
  }
}

/** What was planned holds no longer where another chunk changed the target's form meanwhile. */
async function unlessChanged<T>(plan: LoadPlan, signal: AbortSignal, finalize: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const now = await plan.sink.inspect();
  if (stableJson(now.schema) !== stableJson(plan.target.schema))
    throw fail('DPONE_TARGET_CHANGED', 'the columns of the target changed while the chunk was staged', {
      where: plan.open.spec.sink.type,
    });
  return finalize();
}

/** A chunk's load as one of several: staged by a process of its own, unless the manifest names who does it. */
export function inWorkers(spec: ProcessSpec, workers: number): ProcessSpec {
  if (workers === 1 || spec.engine.executor !== 'local') return spec;
  return { ...spec, engine: { ...spec.engine, executorOptions: { processes: workers } } };
}
