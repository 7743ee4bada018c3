import { setTimeout as pause } from 'node:timers/promises';
import { asDponeError, fail, type DponeError } from '@dpone/sdk';
import { ulid } from 'ulid';
import type { EngineHost } from './host.js';
import { loadProcess } from './load/load.js';
import { newTrace, type LoadTrace } from './load/trace.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunOptions } from './options.js';
import { processResult } from './process-result.js';
import { ProcessRecorder } from './record/process-recorder.js';
import type { ProcessResult } from './results.js';

const MAX_BACKOFF_SECONDS = 300;
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}$/;

/** How one process of a run ended. */
export interface End {
  readonly result: ProcessResult;
  readonly error: DponeError | undefined;
}

/** What is special about a load that is one of many. */
export interface OneOfMany {
  /** Carries out one load; fills in the trace. */
  readonly load: (trace: LoadTrace, options: RunOptions) => Promise<void>;
  /** Ends the wait for another attempt. */
  readonly stop: AbortSignal | undefined;
}

/** The id that the caller gives, or a new one. */
export function runIdOf(host: EngineHost, options: Pick<RunOptions, 'runId'>): string {
  const runId = options.runId ?? ulid(host.clock.now().getTime());
  if (RUN_ID.test(runId)) return runId;
  throw fail('DPONE_USAGE', `"${runId}" is no run id`, {
    remedy: 'Use at most 128 letters, digits and . _ : + - and begin with a letter or digit.',
  });
}

/** One process, begun again as often as the options say where it failed for a passing reason. Its failure is in the result. */
export async function runOne(
  host: EngineHost,
  spec: ProcessSpec,
  runId: string,
  options: RunOptions,
  many?: OneOfMany,
): Promise<End> {
  const maxAttempts = 1 + Math.max(0, options.retryAttempts ?? 0);
  const backoffSeconds = Math.max(0, options.retryBackoffSeconds ?? 0);
  const ended = AbortSignal.any([options.signal, many?.stop].filter((signal) => signal !== undefined));
  const recorder = new ProcessRecorder(host, spec);
  const heard = recorded(options, recorder, many === undefined);
  const load = many?.load ?? ((trace: LoadTrace) => loadProcess({ host, spec, options: heard, trace }));
  const began = performance.now();
  for (let attempt = 1; ; attempt++) {
    const trace = newTrace(runId, ulid(host.clock.now().getTime()));
    recorder.begin(attempt, trace);
    const error = await attemptOnce(spec, trace, heard, load);
    if (error !== undefined) recorder.failed(error);
    const again = error?.consequence === 'transient' && attempt < maxAttempts && !ended.aborted;
    if (again) {
      const wait = Math.min(backoffSeconds * 2 ** (attempt - 1), MAX_BACKOFF_SECONDS);
      await tell(options, { type: 'retry', process: spec.name, attempt, wait_seconds: wait, error });
      await pause(wait * 1000, undefined, { signal: ended }).catch(() => undefined);
      continue;
    }
    await recorder.close();
    const seconds = (performance.now() - began) / 1000;
    const result = processResult({ spec, trace, error, attempts: attempt, maxAttempts, backoffSeconds, seconds });
    const silent = many !== undefined && error === undefined && trace.package === null;
    return silent ? { result, error } : finish(host, { result, error }, options, recorder);
  }
}

async function attemptOnce(
  spec: ProcessSpec,
  trace: LoadTrace,
  options: RunOptions,
  load: OneOfMany['load'],
): Promise<DponeError | undefined> {
  try {
    await tell(options, { type: 'process.started', process: spec.name, run_id: trace.runId, load_id: trace.loadId });
    await load(trace, options);
    return undefined;
  } catch (thrown) {
    return asDponeError(thrown);
  }
}

/** Records the process's result; one that was refused as invalid before it began leaves no file. */
export async function finish(
  host: EngineHost,
  end: End,
  options: RunOptions,
  recorder?: ProcessRecorder,
): Promise<End> {
  const { result, error } = end;
  if (recorder !== undefined && leavesTraces(end))
    await recorder
      .write(result)
      .catch((cause: unknown) => host.log.warn(`the run could not be recorded: ${String(cause)}`));
  await tell(options, { type: 'process.finished', process: result.process, result });
  return { result, error };
}

/** Whether a process of a run did anything that somebody may want to know of later. */
export const leavesTraces = ({ result, error }: End): boolean =>
  result.passed || result.artifacts.package !== '' || (error !== undefined && error.exit !== 2);

const recorded = (options: RunOptions, recorder: ProcessRecorder, live: boolean): RunOptions => ({
  ...options,
  onEvent: async (event) => {
    await recorder.hear(event, live);
    await options.onEvent?.(event);
  },
});

const tell = async (options: RunOptions, event: Parameters<NonNullable<RunOptions['onEvent']>>[0]): Promise<void> => {
  await options.onEvent?.(event);
};
