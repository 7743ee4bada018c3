import pLimit from 'p-limit';
import { ulid } from 'ulid';
import type { EngineHost } from './host.js';
import { newTrace } from './load/trace.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import { observed } from './observed.js';
import type { RunOptions } from './options.js';
import { waitsOf } from './order.js';
import { processResult, runResult } from './process-result.js';
import type { RunResult } from './results.js';
import type { RunRecord } from './record/run-record.js';
import { RunRecorder } from './record/run-recorder.js';
import { finish, leavesTraces, runIdOf, runOne, type End } from './run-one.js';

/**
 * Runs processes, each after those it depends on, `parallel` at once. A failed process is in the result, not thrown;
 * those that depend on it are skipped, the others go on. Throws only for what is wrong with the run itself.
 * @example const { exit } = await runProcesses(host, [spec], { retryAttempts: 2, retryBackoffSeconds: 5 });
 */
export async function runProcesses(
  host: EngineHost,
  specs: readonly ProcessSpec[],
  options: RunOptions = {},
  /** Where this goes on with an earlier attempt of the run: its record. */
  before?: RunRecord,
): Promise<RunResult> {
  return observed(host, specs, options, (heard) => runAll(host, specs, heard, before));
}

async function runAll(
  host: EngineHost,
  specs: readonly ProcessSpec[],
  options: RunOptions,
  before: RunRecord | undefined,
): Promise<RunResult> {
  const runId = runIdOf(host, options);
  const waits = waitsOf(specs, host.workdir);
  const recorder = new RunRecorder(host, runId, specs, options, before);
  const heard: RunOptions = {
    ...options,
    onEvent: async (event) => {
      if (event.type === 'step' && event.step === 'package.started') await recorder.begin();
      await options.onEvent?.(event);
    },
  };
  const limit = pLimit(Math.max(1, options.parallel ?? 1));
  const ends = new Map<ProcessSpec, Promise<End>>();
  // In the order of dependence, so that what a process waits for is there before it. It takes a place among the parallel
  // ones only when all of that has ended.
  for (const [spec, needs] of waits)
    ends.set(
      spec,
      Promise.all(needs.map((need) => ends.get(need)!)).then(async (before) => {
        const broken = before.find(({ result }) => !result.passed);
        const end =
          broken === undefined
            ? await limit(() => runOne(host, spec, runId, heard))
            : await skip(host, spec, runId, broken.result.process, options);
        if (leavesTraces(end)) await recorder.begin();
        await recorder.ended(end.result);
        return end;
      }),
    );
  try {
    const result = runResult(await Promise.all(specs.map((spec) => ends.get(spec)!)));
    await recorder.close(result.passed);
    return result;
  } catch (error) {
    await recorder.close(false);
    throw error;
  }
}

function skip(host: EngineHost, spec: ProcessSpec, runId: string, cause: string, options: RunOptions): Promise<End> {
  const trace = newTrace(runId, ulid(host.clock.now().getTime()));
  trace.warnings.push(`skipped: ${cause}, which it depends on, did not pass`);
  const none = { attempts: 0, maxAttempts: 0, backoffSeconds: 0, seconds: 0 };
  const result = processResult({ spec, trace, error: undefined, skipped: true, ...none });
  return finish(host, { result, error: undefined }, options);
}
