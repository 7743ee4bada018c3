import type { EngineHost } from '../host.js';
import { moved, readJobState, writeJobState, type JobState } from './job-state.js';
import type { OrchestrateOptions } from './report.js';

/** What a job does: begin, go on, or nothing. */
export interface JobChoice {
  readonly as: 'new' | 'resumed' | 'restarted' | 'blocked' | 'done';
  readonly runId: string;
  /** Of the run that is gone on with. */
  readonly state: JobState | null;
  readonly blockers: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Which run the owner of the lock carries out. With a run id of the caller's own: that one, once. Without: a new one,
 * unless the one before was killed; that is gone on with first. A run that was killed while it was gone on with is left,
 * or one bad process would keep the others from ever being loaded anew.
 */
export async function chooseJob(
  host: EngineHost,
  options: Pick<OrchestrateOptions, 'runId' | 'resumePolicy' | 'stateDir'>,
  before: string | null,
  newId: string,
): Promise<JobChoice> {
  const { runId: named, resumePolicy, stateDir } = options;
  const read = (runId: string): Promise<JobState | null> => readJobState(host.workdir, stateDir, runId);
  const begin: JobChoice = { as: 'new', runId: newId, state: null, blockers: [], warnings: [] };
  const state = await (named !== undefined ? read(named) : before === null ? null : read(before));
  if (state === null) return begin;
  const known = { ...begin, runId: state.run_id, state };
  if (named === undefined && !isOpen(state)) return begin;
  if (state.status === 'committed')
    return resumePolicy === 'restart'
      ? { ...known, as: 'restarted' }
      : { ...known, as: 'done', warnings: ['job_state.already_committed'] };
  if (resumePolicy === 'fail') return { ...known, as: 'blocked', blockers: ['job_state.resume_required'] };
  if (named !== undefined) return { ...known, as: resumePolicy === 'restart' ? 'restarted' : 'resumed' };
  if (resumePolicy === 'resume' && state.attempt < 2)
    return { ...known, as: 'resumed', warnings: [`run ${state.run_id} was interrupted and is gone on with`] };
  await writeJobState(host.workdir, moved(state, 'abandoned', host.clock.now(), { resumable: false }));
  return { ...begin, warnings: [`run ${state.run_id} was interrupted; this run begins anew`] };
}

/** Its owner died: the lock was free. */
const isOpen = ({ status }: JobState): boolean => status === 'started' || status === 'running';
