import { below, defineGate, folderInput, isoTimestamp, plainPath, type GateContext } from '@dpone/sdk';
import { z } from 'zod';
import { PACKAGES } from '../packages/load-package.js';
import { activeLocks, lockFinding } from '../recovery/active-locks.js';
import { failedJobs, failedRuns } from '../recovery/failed-runs.js';
import type { Finding } from '../recovery/finding.js';
import { openPackages, type Proof } from '../recovery/open-packages.js';

const input = z.strictObject({
  state_dir: folderInput('.dpone/orchestration-state', 'What orchestrators record of their jobs.'),
  lock_dir: folderInput('.dpone/locks', 'Lock files.'),
  load_package_dir: folderInput(PACKAGES, 'Load packages.'),
  runs_dir: folderInput('.dpone/runs', 'What dpone run records.'),
  manifest: z.string().optional().describe('Ask the target of this manifest how its open loads ended.'),
  selector: z.string().optional().describe('The process, where the manifest has several.'),
  output_dir: folderInput('.dpone/recovery/latest', 'Where the plan is written.'),
});
type Input = z.output<typeof input>;

const ARTIFACT = 'runtime_recovery_plan';

/** What runs left behind, and the command that mends each. */
export const recoveryPlan = defineGate({
  summary: 'Find failed runs, locks and open loads, and say what mends each',
  description:
    'Green when nothing is left to do. Red for failed jobs and runs, lock files, load packages that nobody has closed, and failed loads that no later one has made good. A file that cannot be read is refused: it may be the one that says so. Changes nothing.',
  input,
  artifact: ARTIFACT,
  example: { output_dir: '.dpone/recovery/latest' },
  evaluate: async (given, ctx) => {
    const { cwd } = ctx;
    const output = plainPath(given.output_dir);
    const locks = await activeLocks(cwd, given.lock_dir, ctx.clock.now());
    const jobs = await failedJobs(cwd, given.state_dir, ctx.clock.now());
    const { findings: runs, working } = await failedRuns(cwd, given.runs_dir, ctx.clock.now());
    const packages = (await packagesOf(given, ctx)).filter(
      ({ loadId }) => loadId === undefined || !working.has(loadId),
    );
    const findings = [
      ...jobs,
      ...runs.filter(({ runId }) => !jobs.some((job) => job.runId === runId)),
      ...locks.map(lockFinding),
      ...packages.filter(({ kind, loadId }) => kind !== 'failed_load' || !runs.some((run) => run.loadId === loadId)),
    ];
    const count = (kind: Finding['kind']): number => findings.filter((finding) => finding.kind === kind).length;
    return {
      schema_version: 'dpone.ops.runtime_recovery_plan.v1',
      passed: findings.length === 0,
      generated_at: isoTimestamp(ctx.clock.now()),
      failed_runs: count('failed_run'),
      active_locks: count('active_lock'),
      uncommitted_loads: count('uncommitted_load'),
      failed_loads: count('failed_load'),
      blockers: findings.map(({ reason }) => reason),
      actions: findings.map(({ action, reason, command }) => ({ action, reason, command, destructive: false })),
      locks,
      output_dir: output,
      json_path: below(output, `${ARTIFACT}.json`),
      markdown_path: below(output, `${ARTIFACT}.md`),
    };
  },
  view: {
    title: 'runtime recovery plan',
    facts: ['passed', 'failed_runs', 'active_locks', 'uncommitted_loads', 'failed_loads', 'generated_at'],
    tables: [
      {
        heading: 'Actions',
        of: 'actions',
        columns: { action: 'action', destructive: 'destructive', reason: 'reason', command: 'command' },
      },
      { heading: 'Locks', of: 'locks', columns: { lock: 'file', key: 'key', owner: 'owner', since: 'since' } },
    ],
    runbook: [
      'Stop schedules that would start the same loads meanwhile.',
      'For a lock, find out whether its owner lives before you remove the file: a lock that is taken away from a living run lets two runs write at once.',
      'Run the commands from top to bottom. dpone run ends what an interrupted load left by the receipt in its target, and loads again only what is not there.',
      'Close packages of loads outside of dpone only when their rows are proven to be in the target.',
      'Make the plan again; it must be green before schedules start.',
    ],
  },
});

async function packagesOf(
  { manifest, selector, load_package_dir: folder }: Input,
  ctx: GateContext,
): Promise<Finding[]> {
  if (manifest === undefined) return openPackages(ctx.cwd, folder, undefined);
  const host = await ctx.host();
  return host.withTarget({ manifest, selector }, (target) => {
    const proof: Proof = {
      process: target.process,
      manifest,
      selector: selector ?? '',
      receipt: (loadId) => target.receipt(loadId),
    };
    return openPackages(ctx.cwd, folder, proof);
  });
}
