import type { DponeError } from '@dpone/sdk';
import type { LoadTrace } from './load/trace.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { ProcessResult, RunResult } from './results.js';

export interface Ended {
  readonly spec: ProcessSpec;
  readonly trace: LoadTrace;
  readonly error: DponeError | undefined;
  readonly skipped?: boolean;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly backoffSeconds: number;
  readonly seconds: number;
}

/** `dpone run --format json` of one process. */
export function processResult(ended: Ended): ProcessResult {
  const { spec, trace, error } = ended;
  const counts = trace.committed;
  return {
    manifest: spec.manifest,
    process: spec.name,
    selector: spec.selector,
    run_id: trace.runId,
    passed: error === undefined && ended.skipped !== true,
    result: {
      status: ended.skipped === true ? 'skipped' : error === undefined ? 'success' : 'failed',
      inserted_rows: counts?.inserted ?? 0,
      updated_rows: counts?.updated ?? 0,
      deleted_rows: counts?.deleted ?? 0,
      rejected_rows: trace.rejected,
      final_rows: counts === null ? 0 : counts.finalRows,
      extracted_rows: trace.extracted,
      bytes: trace.bytes,
      duration_seconds: Math.round(ended.seconds * 1000) / 1000,
      errors: error === undefined ? [] : [describeError(error)],
    },
    attempts: ended.attempts,
    max_attempts: ended.maxAttempts,
    retry_backoff_seconds: ended.backoffSeconds,
    load_id: trace.loadId,
    lane: trace.lane,
    strategy: spec.sink.strategy.mode,
    schema_changes: trace.schemaChanges,
    schema_pending: trace.schemaPending,
    quality: trace.quality,
    warnings: trace.warnings,
    state: trace.state,
    ...(trace.chunks === undefined ? {} : { chunks: trace.chunks }),
    artifacts: { package: trace.package ?? '', quarantine: trace.quarantine },
  };
}

const describeError = (error: DponeError): ProcessResult['result']['errors'][number] => ({
  code: error.code,
  message: error.message,
  ...(error.where === undefined ? {} : { where: error.where }),
  remedy: error.remedy,
});

/** The result of a run: its exit code is the worst of its processes'. */
export function runResult(
  ends: readonly { readonly result: ProcessResult; readonly error: DponeError | undefined }[],
): RunResult {
  const exit = ends.reduce<RunResult['exit']>((worst, { error }) => {
    const own = error?.exit ?? 0;
    return own > worst ? own : worst;
  }, 0);
  return { passed: ends.every(({ result }) => result.passed), exit, processes: ends.map(({ result }) => result) };
}
