import type { Source } from '@dpone/sdk';
import { noteRefusal } from '../evolution/note-changes.js';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunOptions } from '../options.js';
import { openProcess } from '../plan/open-process.js';
import { stateAccess } from '../plan/state-access.js';
import { sweepTempFolders } from '../temp-folder.js';
import { loadError } from './load-error.js';
import { holdLock } from './lock.js';
import { packageRecords } from './package-record.js';
import { planEarly, planUnderLock, type EarlyPlan, type LoadSides } from './plan-under-lock.js';
import { carryOutLoad } from './protocol.js';
import { recoverLoads } from './recover.js';
import { teller, type Teller } from './teller.js';
import type { LoadTrace } from './trace.js';
import { startWork, type Work } from './work.js';

export interface LoadCall {
  readonly host: EngineHost;
  readonly spec: ProcessSpec;
  readonly options: Pick<RunOptions, 'onEvent' | 'signal' | 'lockTimeoutMs' | 'streams'>;
  /** Filled in as the load goes on. */
  readonly trace: LoadTrace;
  /** Where the load is one of many that follow a source. */
  readonly following?: Following | undefined;
}

/** What loads share that follow a source. */
export interface Following {
  /** Ends what is under way at the source; a load that fails calls it. */
  readonly abort: (cause: unknown) => void;
  /** Stays open when the load ends; absent where each load opens its own. */
  readonly source: Source | undefined;
  readonly maxRows: number | undefined;
}

/** One load of one process through the whole protocol. Throws its first cause, the target unchanged and nothing left behind. */
export async function loadProcess(call: LoadCall): Promise<void> {
  const { host, spec, options, trace, following } = call;
  const work = startWork(options.signal);
  work.signal.addEventListener('abort', () => following?.abort(work.cause()), { once: true });
  const tell = teller(options.onEvent, { process: spec.name, loadId: trace.loadId });
  const scope = host.openScope(`load ${spec.name} ${trace.loadId}`);
  try {
    work.signal.throwIfAborted();
    await sweepTempFolders(host.workdir);
    const open = await openProcess(host, spec, scope, {
      signal: work.signal,
      step: tell.step,
      streams: options.streams,
      maxRows: following?.maxRows,
    });
    if (open.chunks !== undefined) {
      // Loaded for those who load in chunks.
      const { runBackfill } = await import('../backfill/run-backfill.js');
      return await runBackfill({ call, open, plan: open.chunks, tell, work });
    }
    const source = following?.source ?? (await open.openSource());
    const sink = await open.openSink();
    const sides: LoadSides = { open, source, sink, access: await stateAccess(open, sink) };
    await locked(call, sides, await planEarly(sides), tell, work);
  } catch (thrown) {
    await noteRefusal(host, spec, thrown, trace);
    throw loadError(thrown, work);
  } finally {
    work.close();
    await scope.dispose();
  }
}

async function locked(
  call: LoadCall,
  sides: LoadSides,
  early: EarlyPlan | undefined,
  tell: Teller,
  work: Work,
): Promise<void> {
  const { host, spec, options, trace } = call;
  const { open, sink } = sides;
  let read = early?.plan.read;
  try {
    const waitMs = options.lockTimeoutMs ?? spec.engine.lockTimeoutSeconds * 1000;
    const lock = await holdLock(sink, trace.loadId, waitMs, work, open.context.log);
    try {
      await tell.step('load.locked');
      const records = packageRecords(host.workdir, spec, host.clock);
      const recovered = await recoverLoads({ ...sides, records });
      trace.warnings.push(...recovered);
      await tell.step('load.recovered');
      const plan = await planUnderLock(sides, early, recovered.length);
      read = plan.read;
      const load = {
        loadId: trace.loadId,
        runId: trace.runId,
        process: spec.name,
        target: spec.sink.table,
        startedAt: host.clock.now().toISOString(),
        fence: lock.fence,
      };
      const onlyNews = call.following !== undefined;
      await carryOutLoad({ plan, load, records, teller: tell, work, trace, onlyNews });
    } finally {
      await lock.release();
    }
    await tell
      .step('load.unlocked')
      .catch((error: unknown) => trace.warnings.push(`the load is committed; its listener failed: ${String(error)}`));
  } finally {
    await read?.close().catch((error: unknown) => open.context.log.warn(`the read did not close: ${String(error)}`));
  }
}
