import { hostname } from 'node:os';
import { join } from 'node:path';
import { fail, lives, type Receipt } from '@dpone/sdk';
import { ulid } from 'ulid';
import type { EngineHost } from './host.js';
import { holdLock } from './load/lock.js';
import { packageRecords } from './load/package-record.js';
import { recoverLoads } from './load/recover.js';
import { startWork } from './load/work.js';
import { loadManifest } from './manifest/load-manifest.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import { select } from './manifest/select.js';
import type { RunOptions } from './options.js';
import { takeFileLock } from './orchestrate/file-lock.js';
import { stateAccess } from './plan/state-access.js';
import { runRecords, type ProcessRecord, type RunMember, type RunRecord } from './record/run-record.js';
import { settledRecord } from './record/settle-record.js';
import type { RunResult } from './results.js';
import { runProcesses } from './run.js';
import { withSink } from './target-scope.js';

export interface ResumeOptions extends Omit<RunOptions, 'runId' | 'registryPaths'> {
  /** Only say what would be run again. */
  readonly planOnly?: boolean;
}

/** `dpone resume --format json`. */
export interface ResumeResult {
  readonly action: 'resume';
  readonly run_id: string;
  readonly mode: 'plan' | 'execute';
  readonly executed: boolean;
  readonly status: 'planned' | 'executed';
  readonly passed: boolean;
  readonly exit: RunResult['exit'];
  /** Processes whose load of this run is in the target: they are not run again. */
  readonly committed: readonly string[];
  /** Processes that are run again. */
  readonly again: readonly ResumedProcess[];
  readonly processes: RunResult['processes'];
}

export interface ResumedProcess {
  readonly process: string;
  /** The last step that its load is known to have reached; null where it had not begun. */
  readonly failed_stage: string | null;
  readonly reason: string;
}

const FOLDER = '.dpone/locks';

/**
 * Goes on with a run that failed or was killed: those of its processes whose load is not in the target are run again,
 * under the same run id. Whether a killed load had committed is asked of its target.
 * @throws DPONE_RUN_NOT_RESUMABLE where nothing of the run is recorded, all of it committed, or it is still at work
 */
export async function resumeRun(host: EngineHost, runId: string, options: ResumeOptions = {}): Promise<ResumeResult> {
  if (options.planOnly === true) {
    const run = await resumableRun(host, runId);
    const { committed, open } = await standings(host, run);
    const nothing = { mode: 'plan', executed: false, status: 'planned', passed: true, exit: 0, processes: [] } as const;
    return { action: 'resume', run_id: runId, ...nothing, committed, again: open.map(describe) };
  }
  await resumableRun(host, runId);
  const lock = await takeFileLock({
    folder: join(host.workdir, FOLDER),
    key: `resume:${runId}`,
    silenceMs: 60_000,
    clock: host.clock,
  });
  if ('heldBy' in lock)
    throw refusal(`run ${runId} is being resumed by process ${lock.heldBy.owner.pid} on ${lock.heldBy.owner.host}`);
  try {
    return await goOn(host, await resumableRun(host, runId), {
      ...options,
      signal: AbortSignal.any([lock.lost, options.signal].filter((signal) => signal !== undefined)),
    });
  } finally {
    await lock.release();
  }
}

async function goOn(host: EngineHost, run: RunRecord, options: RunOptions): Promise<ResumeResult> {
  const { committed, open } = await standings(host, run);
  const again: (Standing & { readonly spec: ProcessSpec })[] = [];
  const proven = [...committed];
  const members: RunMember[] = [...run.processes];
  for (const standing of open) {
    const spec = await specOf(host, run, standing.member);
    const receipt = await receiptOf(host, spec, standing.record, options);
    if (receipt === null) {
      again.push({ ...standing, spec });
      continue;
    }
    // Killed, or cut off, between its commit and its record.
    await runRecords.writeProcess(host.workdir, settledRecord(standing.record!, receipt));
    proven.push(spec.name);
    members[members.indexOf(standing.member)] = { ...standing.member, status: 'success', load_id: receipt.loadId };
  }
  const now: RunRecord = { ...run, processes: members };
  const base = {
    action: 'resume',
    run_id: run.run_id,
    mode: 'execute',
    status: 'executed',
    committed: proven,
  } as const;
  if (again.length === 0) {
    await runRecords.writeRun(host.workdir, { ...now, status: 'success', updated_at: host.clock.now().toISOString() });
    return { ...base, executed: true, passed: true, exit: 0, again: [], processes: [] };
  }
  const { parallel, retry_attempts: retryAttempts, retry_backoff_seconds: retryBackoffSeconds, registry } = run.options;
  const specs = again.map(({ spec }) => spec);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const asBefore = { parallel, retryAttempts, retryBackoffSeconds, registryPaths: registry, ...given };
  const result = await runProcesses(host, specs, { ...asBefore, runId: run.run_id }, now);
  return { ...base, executed: true, again: again.map(describe), ...result };
}

interface Standing {
  readonly member: RunMember;
  /** Null where the process left none. */
  readonly record: ProcessRecord | null;
}

/** Which processes of a run have passed by their records, and which have not. */
async function standings(
  host: EngineHost,
  run: RunRecord,
): Promise<{ readonly committed: string[]; readonly open: readonly Standing[] }> {
  const committed: string[] = [];
  const open: Standing[] = [];
  for (const member of run.processes) {
    const record = await runRecords.readProcess(host.workdir, run.run_id, member.process);
    if (record?.passed === true) committed.push(member.process);
    else open.push({ member, record });
  }
  return { committed, open };
}

async function resumableRun(host: EngineHost, runId: string): Promise<RunRecord> {
  const run = await runRecords.readRun(host.workdir, runId);
  if (run === null)
    throw refusal(`nothing is recorded of a run ${runId}`, 'Check the id (ls .dpone/runs), or begin a new run.');
  if (run.kind === 'resync')
    throw refusal(
      `run ${runId} loaded a part again (dpone resync)`,
      'Begin it again: what it replaces is replaced once.',
    );
  const { pid, host: machine } = run.owner;
  if (run.status === 'running' && !isOwn(run) && lives(run.owner, new Date(run.updated_at), host.clock.now()))
    throw refusal(`run ${runId} is still at work: process ${pid} on ${machine}`, 'Wait for its end, or end it first.');
  if (run.status === 'success')
    throw refusal(`every process of run ${runId} has committed`, 'Begin a new run to load what is new.');
  return run;
}

/** A record that this very process left belongs to a run that has ended in it: nobody else can be at work on it. */
const isOwn = ({ owner }: RunRecord): boolean => owner.pid === process.pid && owner.host === hostname();

const refusal = (message: string, remedy?: string) =>
  fail('DPONE_RUN_NOT_RESUMABLE', message, remedy === undefined ? {} : { remedy });

async function specOf(host: EngineHost, run: RunRecord, member: RunMember): Promise<ProcessSpec> {
  const { workdir, env } = host;
  const manifest = await loadManifest(member.manifest, { workdir, env, registryPaths: [...run.options.registry] });
  const [spec] = await select(manifest, [member.selector ?? member.process]);
  return spec!;
}

/** The receipt of the process's last load, once everything that was left open in its target is ended. */
async function receiptOf(
  host: EngineHost,
  spec: ProcessSpec,
  record: ProcessRecord | null,
  options: RunOptions,
): Promise<Receipt | null> {
  if (record === null || record.artifacts.package === '') return null;
  const work = startWork(options.signal);
  try {
    return await withSink(host, spec, work.signal, async (sink, open) => {
      const waitMs = options.lockTimeoutMs ?? spec.engine.lockTimeoutSeconds * 1000;
      const lock = await holdLock(sink, ulid(host.clock.now().getTime()), waitMs, work, open.context.log);
      try {
        const access = await stateAccess(open, sink);
        await recoverLoads({ open, sink, access, records: packageRecords(host.workdir, spec, host.clock) });
        return await sink.receipt(record.load_id);
      } finally {
        await lock.release();
      }
    });
  } finally {
    work.close();
  }
}

function describe({ member, record }: Standing): ResumedProcess {
  const failed_stage = record?.record.steps.at(-1)?.step ?? null;
  const [error] = record?.result.errors ?? [];
  const reason =
    record === null
      ? member.status === 'skipped'
        ? 'skipped, because what it depends on did not pass'
        : 'had not begun'
      : error === undefined
        ? 'was interrupted'
        : `failed: ${error.code}`;
  return { process: member.process, failed_stage, reason };
}
