import { resolve } from 'node:path';
import { asDponeError, fail, isJsonObject, redactDeep, thisProcess, type Json } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunResult } from '../results.js';
import { runIdOf } from '../run-one.js';
import { takeFileLock, type HeldFileLock } from './file-lock.js';
import { carryOutJob } from './carry-out-job.js';
import { schedulerHandoff } from './handoff.js';
import { chooseJob } from './choose-job.js';
import { jobStatePath, moved, writeJobState, type JobState } from './job-state.js';
import { writeReport, type OrchestrateOptions, type OrchestrateReport } from './report.js';

const KEY = /^[^\p{Cc}]{1,100}$/u;

/**
 * One run of a manifest as a job of a scheduler: one at a time by its key, gone on with where the one before was killed,
 * with a report whatever the end. What protects the data is the target's own lock and fence; this lock keeps a second run
 * from beginning at all.
 * @param written given the report before the folder has it, for the page beside it
 */
export async function orchestrate(
  host: EngineHost,
  specs: readonly ProcessSpec[],
  options: OrchestrateOptions,
  markdown: (report: OrchestrateReport) => string,
): Promise<OrchestrateReport> {
  const key = options.concurrencyKey ?? (specs.length === 1 ? specs[0]!.name : options.manifest);
  if (!KEY.test(key) || encodeURIComponent(key).length > 200)
    throw fail('DPONE_USAGE', `"${key.slice(0, 40)}" is no concurrency key`, {
      remedy: 'Use at most 100 characters, none of them a control character.',
    });
  const runId = runIdOf(host, options);
  const base = baseOf(host, specs, options, key);
  const lock = await takeFileLock({
    folder: resolve(host.workdir, options.lockDir),
    key,
    silenceMs: options.lockTtlSeconds * 1000,
    clock: host.clock,
  });
  const report = 'heldBy' in lock ? blockedBy(lock.heldBy, base, runId) : await underLock();
  await writeReport(host, report, markdown);
  return report;

  async function underLock(): Promise<OrchestrateReport> {
    const held = lock as HeldFileLock;
    const job = (before: string | null) => runJob({ host, specs, options, base, lock: held, newId: runId }, before);
    try {
      const done = await job(held.before);
      if (!onlyFoundCommitted(done) || options.runId !== undefined) return done;
      // The run before had been killed with all of it done: this one loads what came since.
      const anew = await job(null);
      return { ...anew, warnings: [...done.warnings, ...anew.warnings] };
    } finally {
      await held.release();
    }
  }
}

type Base = Pick<OrchestrateReport, 'schema_version' | 'process' | 'lock_key' | 'scheduler_handoff' | 'output_dir'>;

const baseOf = (host: EngineHost, specs: readonly ProcessSpec[], options: OrchestrateOptions, key: string): Base => ({
  schema_version: 'dpone.orchestrated_run.v1',
  process: specs.map(({ name }) => name).join(', '),
  lock_key: key,
  scheduler_handoff: schedulerHandoff({ workdir: host.workdir, key, words: options.words }),
  output_dir: options.outputDir,
});

function blockedBy(
  { runId, owner, since }: { runId: string | null; owner: { pid: number; host: string }; since: string },
  base: Base,
  ownId: string,
): OrchestrateReport {
  const who = `process ${owner.pid} on ${owner.host} since ${since}${runId === null ? '' : `, run ${runId}`}`;
  return {
    ...base,
    passed: false,
    status: 'blocked',
    exit: 1,
    run_id: ownId,
    lock_acquired: false,
    stale_lock_replaced: false,
    fence: null,
    began_as: null,
    blockers: ['lock.concurrent_run'],
    warnings: [`the lock is held by ${who}`],
    run_result: null,
    job_state: null,
  };
}

const onlyFoundCommitted = ({ began_as, passed, run_result: result }: OrchestrateReport): boolean =>
  began_as === 'resumed' &&
  passed &&
  isJsonObject(result) &&
  Array.isArray(result['processes']) &&
  result['processes'].length === 0;

interface Job {
  readonly host: EngineHost;
  readonly specs: readonly ProcessSpec[];
  readonly options: OrchestrateOptions;
  readonly base: Base;
  readonly lock: HeldFileLock;
  readonly newId: string;
}

async function runJob(
  { host, specs, options, base, lock, newId }: Job,
  before: string | null,
): Promise<OrchestrateReport> {
  const { workdir, clock } = host;
  const choice = await chooseJob(host, options, before, newId);
  const locked = {
    ...base,
    run_id: choice.runId,
    lock_acquired: true,
    stale_lock_replaced: lock.takenOver,
    fence: lock.fence,
    warnings: choice.warnings,
  } as const;
  if (choice.as === 'blocked' || choice.as === 'done') {
    const done = choice.as === 'done';
    const end = { passed: done, status: done ? 'already_committed' : 'blocked', exit: done ? 0 : 1 } as const;
    return {
      ...locked,
      ...end,
      began_as: choice.as,
      blockers: choice.blockers,
      run_result: null,
      job_state: choice.state,
    };
  }
  let state = moved(choice.state ?? newState(choice.runId), 'started', clock.now(), {
    fence: lock.fence,
    owner: thisProcess(),
    attempt: (choice.state?.attempt ?? 0) + 1,
    blockers: [],
    resumable: true,
  });
  await writeJobState(workdir, state);
  await lock.runIs(choice.runId);
  state = moved(state, 'running', clock.now());
  await writeJobState(workdir, state);
  try {
    const signal = AbortSignal.any([lock.lost, options.signal].filter((one) => one !== undefined));
    const result = await carryOutJob(host, specs, choice, { ...options, signal });
    return await end(result.passed, result.exit, result as unknown as Json);
  } catch (thrown) {
    const error = asDponeError(thrown);
    const { code, message, where, remedy } = error;
    return end(false, error.exit, { passed: false, error: { code, message, where: where ?? null, remedy } });
  }

  async function end(passed: boolean, exit: RunResult['exit'], run_result: Json): Promise<OrchestrateReport> {
    const blockers = passed ? [] : ['run.not_passed'];
    const status = passed ? 'committed' : 'failed';
    const kept = redactDeep(run_result);
    state = moved(state, status, clock.now(), { blockers, run_result: kept, resumable: !passed && exit !== 2 });
    // Where another took the lock over, the state is the other's to write.
    if (!lock.lost.aborted) await writeJobState(workdir, state);
    return { ...locked, passed, status, exit, began_as: choice.as, blockers, run_result: kept, job_state: state };
  }

  function newState(runId: string): JobState {
    const now = clock.now().toISOString();
    return {
      schema_version: 'dpone.job_state.v1',
      run_id: runId,
      process: base.process,
      manifest_path: options.manifest,
      selector: options.selector.length === 0 ? null : options.selector.join(','),
      lock_key: base.lock_key,
      fence: lock.fence,
      owner: thisProcess(),
      status: 'started',
      started_at: now,
      updated_at: now,
      attempt: 0,
      transitions: [],
      blockers: [],
      run_result: null,
      output_dir: options.outputDir,
      state_path: jobStatePath(options.stateDir, runId),
      resumable: true,
    };
  }
}
