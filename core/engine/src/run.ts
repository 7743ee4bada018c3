import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { asDponeError, atomicWrite, fail, redactDeep, stableJson, type DponeError } from '@dpone/sdk';
import pLimit from 'p-limit';
import { ulid } from 'ulid';
import type { EngineHost } from './host.js';
import { loadProcess } from './load/load.js';
import { newTrace, type LoadTrace } from './load/trace.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunOptions } from './options.js';
import { waitsOf } from './order.js';
import { processResult, runResult } from './process-result.js';
import type { ProcessResult, RunResult } from './results.js';

const MAX_BACKOFF_SECONDS = 300;
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}$/;

interface End {
  readonly result: ProcessResult;
  readonly error: DponeError | undefined;
}

/**
 * Runs processes, each after those it depends on, `parallel` at once. A failed process is in the result, not thrown;
 * those that depend on it are skipped, the others go on. Throws only for what is wrong with the run itself.
 * @example const { exit } = await runProcesses(host, [spec], { retryAttempts: 2, retryBackoffSeconds: 5 });
 */
export async function runProcesses(
  host: EngineHost,
  specs: readonly ProcessSpec[],
  options: RunOptions = {},
): Promise<RunResult> {
  const runId = options.runId ?? ulid(host.clock.now().getTime());
  if (!RUN_ID.test(runId))
    throw fail('DPONE_USAGE', `"${runId}" is no run id`, {
      remedy: 'Use at most 128 letters, digits and . _ : + - and begin with a letter or digit.',
    });
  const waits = waitsOf(specs, host.workdir);
  const limit = pLimit(Math.max(1, options.parallel ?? 1));
  const ends = new Map<ProcessSpec, Promise<End>>();
  // In the order of dependence, so that what a process waits for is there before it. It takes a place among the parallel
  // ones only when all of that has ended.
  for (const [spec, needs] of waits)
    ends.set(
      spec,
      Promise.all(needs.map((need) => ends.get(need)!)).then((before) => {
        const broken = before.find(({ result }) => !result.passed);
        if (broken !== undefined) return skip(host, spec, runId, broken.result.process, options);
        return limit(() => runOne(host, spec, runId, options));
      }),
    );
  return runResult(await Promise.all(specs.map((spec) => ends.get(spec)!)));
}

async function runOne(host: EngineHost, spec: ProcessSpec, runId: string, options: RunOptions): Promise<End> {
  const maxAttempts = 1 + Math.max(0, options.retryAttempts ?? 0);
  const backoffSeconds = Math.max(0, options.retryBackoffSeconds ?? 0);
  const began = performance.now();
  for (let attempt = 1; ; attempt++) {
    const trace = newTrace(runId, ulid(host.clock.now().getTime()));
    const error = await attemptOnce(host, spec, trace, options);
    const again = error?.consequence === 'transient' && attempt < maxAttempts && options.signal?.aborted !== true;
    if (again) {
      const wait = Math.min(backoffSeconds * 2 ** (attempt - 1), MAX_BACKOFF_SECONDS);
      await tell(options, { type: 'retry', process: spec.name, attempt, wait_seconds: wait, error });
      await pause(wait * 1000, undefined, { signal: options.signal }).catch(() => undefined);
      continue;
    }
    const seconds = (performance.now() - began) / 1000;
    const result = processResult({ spec, trace, error, attempts: attempt, maxAttempts, backoffSeconds, seconds });
    return finish(host, { result, error }, options);
  }
}

async function attemptOnce(
  host: EngineHost,
  spec: ProcessSpec,
  trace: LoadTrace,
  options: RunOptions,
): Promise<DponeError | undefined> {
  try {
    await tell(options, { type: 'process.started', process: spec.name, run_id: trace.runId, load_id: trace.loadId });
    await loadProcess({ host, spec, options, trace });
    return undefined;
  } catch (thrown) {
    return asDponeError(thrown);
  }
}

function skip(host: EngineHost, spec: ProcessSpec, runId: string, cause: string, options: RunOptions): Promise<End> {
  const trace = newTrace(runId, ulid(host.clock.now().getTime()));
  trace.warnings.push(`skipped: ${cause}, which it depends on, did not pass`);
  const none = { attempts: 0, maxAttempts: 0, backoffSeconds: 0, seconds: 0 };
  const result = processResult({ spec, trace, error: undefined, skipped: true, ...none });
  return finish(host, { result, error: undefined }, options);
}

/** Records the process's result; a load that was refused before it began leaves no file. */
async function finish(host: EngineHost, end: End, options: RunOptions): Promise<End> {
  const { result } = end;
  if (result.passed || result.artifacts.package !== '') {
    const name = `${encodeURIComponent(result.process)}.json`;
    const path = join(host.workdir, '.dpone', 'runs', encodeURIComponent(result.run_id), name);
    await atomicWrite(path, `${stableJson(redactDeep(result))}\n`).catch((cause: unknown) =>
      host.log.warn(`the run could not be recorded: ${String(cause)}`),
    );
  }
  await tell(options, { type: 'process.finished', process: result.process, result });
  return end;
}

const tell = async (options: RunOptions, event: Parameters<NonNullable<RunOptions['onEvent']>>[0]): Promise<void> => {
  await options.onEvent?.(event);
};
