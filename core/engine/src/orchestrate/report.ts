import { resolve } from 'node:path';
import { atomicWrite, stableJson, type Json } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { RunOptions } from '../options.js';
import type { RunResult } from '../results.js';
import type { JobChoice } from './choose-job.js';
import type { SchedulerHandoff } from './handoff.js';
import type { JobState } from './job-state.js';

export type ResumePolicy = 'fail' | 'resume' | 'restart';

export interface OrchestrateOptions extends RunOptions {
  /** As typed on the command line. */
  readonly manifest: string;
  readonly selector: readonly string[];
  readonly concurrencyKey?: string | undefined;
  /** Folders relative to the project. */
  readonly lockDir: string;
  readonly stateDir: string;
  readonly outputDir: string;
  /** How long an owner on another machine may say nothing before its lock is taken over. */
  readonly lockTtlSeconds: number;
  readonly resumePolicy: ResumePolicy;
  /** The command for a scheduler, less what belongs to this run alone. */
  readonly words: readonly string[];
}

/** `orchestrated_run.json`: the reference system's keys, and ours. */
export interface OrchestrateReport {
  readonly schema_version: 'dpone.orchestrated_run.v1';
  readonly passed: boolean;
  readonly status: 'committed' | 'already_committed' | 'failed' | 'blocked';
  readonly exit: RunResult['exit'];
  readonly run_id: string;
  readonly process: string;
  readonly lock_key: string;
  readonly lock_acquired: boolean;
  /** True where the owner before had died with the lock. */
  readonly stale_lock_replaced: boolean;
  readonly fence: number | null;
  /** What the run went on from: `new`, or an interrupted or failed run that was resumed or begun anew. */
  readonly began_as: JobChoice['as'] | null;
  readonly blockers: readonly string[];
  readonly warnings: readonly string[];
  readonly run_result: Json;
  readonly scheduler_handoff: SchedulerHandoff;
  readonly job_state: JobState | null;
  readonly output_dir: string;
}

/** The file of the report in the output folder, less its ending. */
export const ORCHESTRATED_RUN = 'orchestrated_run';

/** Writes the report and its page, each whole. */
export async function writeReport(
  host: EngineHost,
  report: OrchestrateReport,
  markdown: (report: OrchestrateReport) => string,
): Promise<void> {
  const path = resolve(host.workdir, report.output_dir, ORCHESTRATED_RUN);
  const { exit: _exit, ...json } = report;
  await atomicWrite(`${path}.json`, `${stableJson(json)}\n`);
  await atomicWrite(`${path}.md`, `${markdown(report)}\n`);
}
