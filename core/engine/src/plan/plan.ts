import type { ChunkPlan } from '@dpone/sdk';
import { ulid } from 'ulid';
import { ledgerStore } from '../backfill/ledger-store.js';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunOptions } from '../options.js';
import type { PlanResult } from '../results.js';
import { planLoad } from './load-plan.js';
import { openProcess } from './open-process.js';
import { planResult } from './plan-result.js';
import { stateAccess } from './state-access.js';

/** Says what a run of the process would do, by the same code; writes nothing. Of a backfill: its first chunk, and all of them. */
export async function planProcess(
  host: EngineHost,
  spec: ProcessSpec,
  options: Pick<RunOptions, 'signal' | 'runId'> = {},
): Promise<PlanResult> {
  const scope = host.openScope(`plan ${spec.name}`);
  try {
    const signal = options.signal ?? new AbortController().signal;
    const whole = await openProcess(host, spec, scope, { signal });
    const { chunks } = whole;
    const open =
      chunks === undefined ? whole : await openProcess(host, spec, scope, { signal, chunk: chunks.windows[0] });
    const source = await open.openSource();
    const sink = await open.openSink();
    if (chunks !== undefined) await ledgerStore(open, sink);
    const plan = await planLoad(open, source, sink, await stateAccess(open, sink));
    try {
      const loadId = ulid(host.clock.now().getTime());
      const shown = planResult(plan, {
        loadId,
        runId: options.runId ?? loadId,
        process: spec.name,
        target: spec.sink.table,
        startedAt: host.clock.now().toISOString(),
        fence: 0,
      });
      return chunks === undefined ? shown : { ...shown, backfill: chunksOf(chunks) };
    } finally {
      await plan.read.close();
    }
  } finally {
    await scope.dispose();
  }
}

const chunksOf = ({ windows, innerMode, workers }: ChunkPlan): Record<string, unknown> => ({
  column: windows[0]!.column,
  inner_mode: innerMode,
  parallel_workers: workers,
  chunks: windows.map(({ from, to }, i) => ({ chunk: i + 1, from, to })),
});
