import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { RunOptions } from '../options.js';
import { runRecords } from '../record/run-record.js';
import { resumeRun } from '../resume.js';
import type { RunResult } from '../results.js';
import { runProcesses } from '../run.js';
import type { JobChoice } from './choose-job.js';

/** Runs the processes, or goes on with the run that left them. */
export async function carryOutJob(
  host: EngineHost,
  specs: readonly ProcessSpec[],
  { as, runId }: JobChoice,
  options: RunOptions,
): Promise<RunResult> {
  const anew = (): Promise<RunResult> => runProcesses(host, specs, { ...options, runId });
  if (as !== 'resumed') return anew();
  const record = await runRecords.readRun(host.workdir, runId);
  // Killed before the first of its loads began.
  if (record === null) return anew();
  // Killed between its end and the job's.
  if (record.status === 'success') return { passed: true, exit: 0, processes: [] };
  const { passed, exit, processes } = await resumeRun(host, runId, options);
  return { passed, exit, processes };
}
