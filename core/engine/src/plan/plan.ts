import { ulid } from 'ulid';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunOptions } from '../options.js';
import type { PlanResult } from '../results.js';
import { planLoad } from './load-plan.js';
import { openProcess } from './open-process.js';
import { planResult } from './plan-result.js';
import { stateAccess } from './state-access.js';

/** Says what a run of the process would do, by the same code; writes nothing. */
export async function planProcess(
  host: EngineHost,
  spec: ProcessSpec,
  options: Pick<RunOptions, 'signal' | 'runId'> = {},
): Promise<PlanResult> {
  const scope = host.openScope(`plan ${spec.name}`);
  try {
    const open = await openProcess(host, spec, scope, { signal: options.signal ?? new AbortController().signal });
    const source = await open.openSource();
    const sink = await open.openSink();
    const plan = await planLoad(open, source, sink, await stateAccess(open, sink));
    try {
      const loadId = ulid(host.clock.now().getTime());
      return planResult(plan, {
        loadId,
        runId: options.runId ?? loadId,
        process: spec.name,
        target: spec.sink.table,
        startedAt: host.clock.now().toISOString(),
        fence: 0,
      });
    } finally {
      await plan.read.close();
    }
  } finally {
    await scope.dispose();
  }
}
