import { resolve } from 'node:path';
import {
  byName,
  defineGate,
  fail,
  folderInput,
  hashFile,
  isoTimestamp,
  NO_FILE,
  plainPath,
  policyInput,
  type GateContext,
} from '@dpone/sdk';
import { z } from 'zod';
import { keptRecord } from '../kept-record.js';
import { momentInput, parseMoment } from '../moment.js';
import { followRecords, readRecord, recordPolicyBlockers, saysPassed, textOf } from '../records.js';

const FILE = 'deployment_record';
const YES = /^(true|pass|passed)$/i;
const YES_OR_NO = /^(true|pass|passed|false|fail|failed)$/i;

/** What was deployed, on whose approval, with what outcome. */
export const deploymentRecord = defineGate({
  summary: 'Record a deployment, its outcome and its checks',
  description:
    'Red when the approval is not green or is for another environment, when the approved request was changed since, when the deployment failed or a check after it did. The record of a deployment is never replaced by another one: the same call again gives the same record.',
  input: z.strictObject({
    deployment_id: z.string().describe('The id of the deployment.'),
    environment: z.string().describe('Where it was deployed.'),
    actor: z.string().describe('Who deployed it.'),
    approval_record: z.string().describe('The approval that it stands on.'),
    status: z.enum(['succeeded', 'completed', 'failed', 'partial']).describe('How it ended.'),
    post_check: z
      .record(z.string(), z.string().regex(YES_OR_NO, 'a check is true or false, pass or fail, passed or failed'))
      .default({})
      .describe('A check after the deployment, NAME=true or NAME=false; repeatable.'),
    rollback_artifact: z.string().optional().describe('What a rollback would use or has used.'),
    started_at: momentInput('When it began: an ISO 8601 time. Default: now.'),
    finished_at: momentInput('When it ended: an ISO 8601 time. Default: now.'),
    policy: policyInput,
    output_dir: folderInput('.dpone/deployments/latest'),
  }),
  artifact: FILE,
  serial: true,
  example: {
    deployment_id: 'DEP-2026-0001',
    environment: 'production',
    actor: 'release-manager@example.com',
    approval_record: '.dpone/approvals/CR-2026-0001/approval_record.json',
    status: 'succeeded',
    post_check: { smoke: 'true' },
  },
  evaluate: async (input, ctx) => {
    const now = isoTimestamp(ctx.clock.now());
    const { started_at = now, finished_at = now } = input;
    if (parseMoment(finished_at)! < parseMoment(started_at)!)
      throw fail('DPONE_USAGE', `--finished-at ${finished_at} is before --started-at ${started_at}.`);
    const approval = await readRecord(ctx, 'approval_record', input.approval_record);
    const chain = await followRecords(ctx, approval, { environment: input.environment });
    const checks = Object.entries(input.post_check)
      .map(([name, word]): [string, boolean] => [name, YES.test(word)])
      .sort(([a], [b]) => byName(a, b));
    const failed = checks.filter(([, ok]) => !ok).map(([name]) => name);
    const stands = input.status === 'succeeded' || input.status === 'completed';
    const rollback = await rollbackOf(ctx, input.rollback_artifact, stands);
    const blockers = [
      ...(saysPassed(approval) ? [] : ['deployment.approval_not_passed']),
      ...(stands ? [] : [`deployment.status_${input.status}`]),
      ...failed.map((name) => `post_check.${name}`),
      ...chain.blockers,
      ...(await recordPolicyBlockers(ctx, input.policy, approval)),
    ];
    const report = {
      schema_version: 'dpone.ops.deployment_record.v1',
      deployment_id: input.deployment_id,
      change_id: textOf(approval.value, 'change_id'),
      release: textOf(approval.value, 'release'),
      environment: input.environment,
      actor: input.actor,
      approval_record_path: approval.path,
      approval_record_sha256: approval.sha256,
      status: input.status,
      passed: blockers.length === 0,
      blockers,
      warnings: [...chain.warnings, ...rollback.warnings],
      started_at,
      finished_at,
      ...rollback.pointer,
      post_checks: Object.fromEntries(checks),
      post_checks_count: checks.length,
      failed_post_checks: failed,
      output_dir: plainPath(input.output_dir),
    };
    const clock = (['started_at', 'finished_at'] as const).filter((key) => input[key] === undefined);
    const same = (before: Readonly<Record<string, unknown>>): boolean =>
      before['deployment_id'] === input.deployment_id;
    return keptRecord(ctx, { folder: input.output_dir, file: `${FILE}.json`, same, clock }, report);
  },
  view: {
    title: 'deployment record',
    facts: [
      'deployment_id',
      'change_id',
      'release',
      'environment',
      'actor',
      'status',
      'passed',
      'started_at',
      'finished_at',
      'approval_record_path',
      'approval_record_sha256',
      'rollback_artifact_path',
    ],
    sections: ({ post_checks }) => [
      { heading: 'Checks after the deployment', head: ['post check', 'status'], rows: Object.entries(post_checks) },
    ],
    runbook: [
      'Where the approval is what is wrong, stop: deploy nothing more until the change is approved for this environment.',
      'Where the deployment failed or a check did, roll back or mend it, and keep what was used beside this record.',
      'This record stays. A new attempt is a new deployment with its own id, and a repeated check belongs to post-deploy-verify.',
    ],
  },
});

/** Where a rollback is to be found, with its checksum. A failed deployment without one is worth a word. */
async function rollbackOf({ cwd }: GateContext, path: string | undefined, stands: boolean) {
  const file = path === undefined ? undefined : await hashFile(resolve(cwd, path)).catch(() => undefined);
  const warnings =
    path === undefined
      ? stands
        ? []
        : ['deployment.rollback_artifact_not_given']
      : file === undefined
        ? ['deployment.rollback_artifact_not_found']
        : [];
  return {
    warnings,
    pointer: {
      rollback_artifact_path: path === undefined ? null : plainPath(path),
      rollback_artifact_sha256: file?.sha256 ?? NO_FILE,
    },
  };
}
