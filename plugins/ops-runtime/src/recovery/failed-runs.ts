import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { below, byName, isJsonObject, lives, plainPath, type JsonObject } from '@dpone/sdk';
import { shellLine } from '../shell-words.js';
import type { Finding } from './finding.js';
import { readFolder, textOf } from './read-folder.js';

/** Runs that an orchestrator recorded as failed, or that it left at work and that nobody works on: the newest of each key. */
export async function failedJobs(cwd: string, folder: string, now: Date): Promise<Finding[]> {
  const jobs = (await readFolder(cwd, folder, '.job_state.json')).map(({ value }) => value);
  const at = (job: JsonObject): string => textOf(job, ['updated_at'], '');
  const newest = jobs.filter((job) => {
    const key = textOf(job, ['lock_key'], '');
    return (
      key === '' || !jobs.some((other) => textOf(other, ['lock_key'], '') === key && byName(at(other), at(job)) > 0)
    );
  });
  return newest
    .filter((job) => job['status'] === 'failed' || (isLeft(job) && !works(job['owner'], at(job), now)))
    .map(jobFinding);
}

const isLeft = (job: JsonObject): boolean =>
  ['started', 'running'].includes(textOf(job, ['status'], '')) && isJsonObject(job['owner']);

function jobFinding(job: JsonObject): Finding {
  const run = textOf(job, ['run_id'], 'unknown_run');
  const manifest = textOf(job, ['manifest_path', 'manifest'], 'manifest.yml');
  const selector = textOf(job, ['selector'], '');
  const again = textOf(job, ['lock_key'], '') === '' ? runAgain(manifest, selector) : jobAgain(job, manifest, selector);
  if (isLeft(job))
    return {
      kind: 'failed_run',
      reason: `interrupted job \`${run}\``,
      action: 'run_the_job_again',
      command: again,
      runId: run,
    };
  const { resumable = true } = job;
  if (resumable === true || resumable === 1)
    return {
      kind: 'failed_run',
      reason: `failed resumable job \`${run}\``,
      action: 'run_again',
      command: again,
      runId: run,
    };
  return {
    kind: 'failed_run',
    reason: `failed job \`${run}\` cannot be resumed`,
    action: 'find_the_cause_then_run_again',
    command: again,
    runId: run,
  };
}

/** Under the key of the job, and the id of the run: a failed one is gone on with where it is named. */
const jobAgain = (job: JsonObject, manifest: string, selector: string): string =>
  shellLine([
    'dpone',
    'orchestrate',
    'run',
    '--manifest',
    manifest,
    ...(selector === '' ? ['--all'] : selector.split(',').flatMap((name) => ['--selector', name])),
    '--concurrency-key',
    textOf(job, ['lock_key'], ''),
    '--run-id',
    textOf(job, ['run_id'], 'unknown_run'),
    '--resume-policy',
    'resume',
  ]);

/** What the records of runs say. */
export interface RunsLeft {
  readonly findings: readonly Finding[];
  /** Loads that go on right now: nothing of theirs is left behind. */
  readonly working: ReadonlySet<string>;
}

/** Processes whose newest run, of those that dpone recorded, did not pass. */
export async function failedRuns(cwd: string, folder: string, now: Date): Promise<RunsLeft> {
  const newest = new Map<string, JsonObject>();
  for (const run of await foldersIn(resolve(cwd, folder)))
    for (const { value } of await readFolder(cwd, below(plainPath(folder), run), '.json')) {
      const process = textOf(value, ['process'], '');
      const before = newest.get(process);
      // Load ids are ULIDs: they sort by the time at which the load began.
      if (before === undefined || byName(textOf(before, ['load_id'], ''), textOf(value, ['load_id'], '')) < 0)
        newest.set(process, value);
    }
  const red = [...newest.values()].filter((run) => run['passed'] !== true);
  const working = new Set(red.filter((run) => goesOn(run, now)).map((run) => textOf(run, ['load_id'], '')));
  const left = red.filter((run) => !working.has(textOf(run, ['load_id'], '')));
  return { findings: left.map(runFinding), working };
}

const statusOf = (run: JsonObject): string =>
  isJsonObject(run['result']) ? textOf(run['result'], ['status'], '') : '';

/** Whether the process that wrote the record is still at work. */
const goesOn = (run: JsonObject, now: Date): boolean =>
  statusOf(run) === 'running' &&
  isJsonObject(run['record']) &&
  works(run['record']['owner'], textOf(run['record'], ['updated_at'], ''), now);

function works(owner: unknown, lastSign: string, now: Date): boolean {
  if (!isJsonObject(owner)) return false;
  const { host, pid, began } = owner;
  if (typeof host !== 'string' || typeof pid !== 'number') return false;
  return lives({ host, pid, began: typeof began === 'string' ? began : null }, new Date(lastSign), now);
}

function runFinding(run: JsonObject): Finding {
  const id = textOf(run, ['run_id'], 'unknown_run');
  const base = { kind: 'failed_run' as const, loadId: textOf(run, ['load_id'], ''), runId: id };
  const manifest = textOf(run, ['manifest'], 'manifest.yml');
  const selector = textOf(run, ['selector'], '');
  if (textOf(run, ['strategy'], '') === 'resync')
    return {
      ...base,
      reason: `unfinished resync \`${id}\``,
      action: 'resync_again',
      command: shellLine(['dpone', 'resync', manifest, ...(selector === '' ? [] : ['--selector', selector])]),
    };
  if (['running', 'interrupted'].includes(statusOf(run)))
    return {
      ...base,
      reason: `interrupted run \`${id}\` of \`${textOf(run, ['process'], 'unknown')}\``,
      action: 'resume_the_run',
      command: shellLine(['dpone', 'resume', id]),
    };
  return {
    ...base,
    reason: `failed resumable job \`${id}\``,
    action: 'run_again',
    command: runAgain(manifest, selector),
  };
}

const foldersIn = async (path: string): Promise<string[]> => {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort(byName);
};

/** A run finishes or undoes what the one before it left open. */
export const runAgain = (manifest: string, selector: string): string =>
  shellLine(['dpone', 'run', manifest, ...(selector === '' ? [] : ['--selector', selector])]);
