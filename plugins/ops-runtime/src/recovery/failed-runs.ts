import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { below, byName, plainPath, type JsonObject } from '@dpone/sdk';
import { shellLine } from '../shell-words.js';
import type { Finding } from './finding.js';
import { readFolder, textOf } from './read-folder.js';

/** Runs that an orchestrator recorded as failed. */
export async function failedJobs(cwd: string, folder: string): Promise<Finding[]> {
  const jobs = await readFolder(cwd, folder, '.job_state.json');
  return jobs.filter(({ value }) => value['status'] === 'failed').map(({ value }) => jobFinding(value));
}

function jobFinding(job: JsonObject): Finding {
  const run = textOf(job, ['run_id'], 'unknown_run');
  const again = runAgain(textOf(job, ['manifest_path', 'manifest'], 'manifest.yml'), textOf(job, ['selector'], ''));
  const { resumable = true } = job;
  if (resumable === true || resumable === 1)
    return { kind: 'failed_run', reason: `failed resumable job \`${run}\``, action: 'run_again', command: again };
  return {
    kind: 'failed_run',
    reason: `failed job \`${run}\` cannot be resumed`,
    action: 'find_the_cause_then_run_again',
    command: again,
  };
}

/** Processes whose newest run, of those that dpone recorded, did not pass. */
export async function failedRuns(cwd: string, folder: string): Promise<Finding[]> {
  const newest = new Map<string, JsonObject>();
  for (const run of await foldersIn(resolve(cwd, folder)))
    for (const { value } of await readFolder(cwd, below(plainPath(folder), run), '.json')) {
      const process = textOf(value, ['process'], '');
      const before = newest.get(process);
      // Load ids are ULIDs: they sort by the time at which the load began.
      if (before === undefined || byName(textOf(before, ['load_id'], ''), textOf(value, ['load_id'], '')) < 0)
        newest.set(process, value);
    }
  return [...newest.values()]
    .filter((run) => run['passed'] !== true)
    .map((run) => ({
      kind: 'failed_run',
      reason: `failed resumable job \`${textOf(run, ['run_id'], 'unknown_run')}\``,
      action: 'run_again',
      command: runAgain(textOf(run, ['manifest'], 'manifest.yml'), textOf(run, ['selector'], '')),
      loadId: textOf(run, ['load_id'], ''),
    }));
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
