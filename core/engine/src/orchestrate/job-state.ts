import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { atomicWrite, fail, isJsonObject, redactDeep, stableJson, type Json, type Owner } from '@dpone/sdk';

export type JobStatus = 'started' | 'running' | 'committed' | 'failed' | 'abandoned';

/** What the orchestrator keeps of a run: `<state-dir>/<run id>.job_state.json`. */
export interface JobState {
  readonly schema_version: 'dpone.job_state.v1';
  readonly run_id: string;
  readonly process: string;
  readonly manifest_path: string;
  readonly selector: string | null;
  readonly lock_key: string;
  /** The lock's number when this was written: a state of a higher number is never written over by a lower one. */
  readonly fence: number;
  readonly owner: Owner;
  readonly status: JobStatus;
  readonly started_at: string;
  readonly updated_at: string;
  /** How often the run was begun or gone on with. */
  readonly attempt: number;
  readonly transitions: readonly { readonly status: JobStatus; readonly at: string; readonly attempt: number }[];
  readonly blockers: readonly string[];
  readonly run_result: Json;
  readonly output_dir: string;
  readonly state_path: string;
  readonly resumable: boolean;
}

/** Transitions that are kept: a run is not begun more often. */
const MOST_TRANSITIONS = 100;

/** In the folder, as that was given: relative to the project, or absolute. */
export const jobStatePath = (folder: string, runId: string): string =>
  `${folder.replace(/\/+$/, '')}/${encodeURIComponent(runId)}.job_state.json`;

/** Null where there is none. */
export async function readJobState(workdir: string, folder: string, runId: string): Promise<JobState | null> {
  const path = jobStatePath(folder, runId);
  const text = await readFile(resolve(workdir, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw fail('DPONE_FILE_UNREADABLE', `the state of a job cannot be read (${error.code})`, {
      where: path,
      cause: error,
    });
  });
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isJsonObject(value) && typeof value['status'] === 'string' && Array.isArray(value['transitions']))
    return value as unknown as JobState;
  throw fail('DPONE_INPUT_INVALID', 'this is no state of a job', {
    where: path,
    remedy: 'Look at the target (dpone history), then move the file away.',
  });
}

export async function writeJobState(workdir: string, state: JobState): Promise<void> {
  await atomicWrite(resolve(workdir, state.state_path), `${stableJson(redactDeep(state as unknown as Json))}\n`);
}

export function moved(state: JobState, status: JobStatus, at: Date, change: Partial<JobState> = {}): JobState {
  const updated_at = at.toISOString();
  const attempt = change.attempt ?? state.attempt;
  const transitions = [...state.transitions, { status, at: updated_at, attempt }].slice(-MOST_TRANSITIONS);
  return { ...state, ...change, status, updated_at, transitions };
}
