import { defineGate, folderInput, isoTimestamp, plainPath, policyInput, readEvidence } from '@dpone/sdk';
import { z } from 'zod';
import { keptRecord } from '../kept-record.js';
import { followRecords, recordPolicyBlockers, saysPassed, textOf } from '../records.js';

const FILE = 'release_close';
const RECORD = 'post_deploy_verify';

/** The end of a release: verified after its deployment, with every record behind it unchanged. */
export const releaseClose = defineGate({
  summary: 'Close a release after its deployment was verified',
  description:
    'Closed only on a green verification of this release, behind which deployment, approval and change request are still what they were and are about the same release, environment and change. A closed release stays closed: its record is never replaced.',
  input: z.strictObject({
    release: z.string().describe('The release.'),
    closed_by: z.string().describe('Who closes it.'),
    post_deploy_verify: z.string().describe('The verification of its deployment.'),
    notes: z.string().default('').describe('What is worth knowing later.'),
    policy: policyInput,
    output_dir: folderInput('.dpone/release-close/latest'),
  }),
  artifact: FILE,
  serial: true,
  example: {
    release: 'v1.0.0',
    closed_by: 'release-manager@example.com',
    post_deploy_verify: '.dpone/post-deploy/DEP-2026-0001/post_deploy_verify.json',
  },
  evaluate: async (input, ctx) => {
    const verified = await readEvidence(ctx.cwd, RECORD, input.post_deploy_verify);
    const chain = await followRecords(ctx, verified, { release: input.release });
    const blockers = [
      ...(verified.state === 'missing'
        ? ['release_close.post_deploy_missing']
        : saysPassed(verified)
          ? []
          : ['release_close.post_deploy_not_passed']),
      ...chain.blockers,
      ...(await recordPolicyBlockers(ctx, input.policy, verified)),
    ];
    const report = {
      schema_version: 'dpone.ops.release_close.v1',
      release: input.release,
      status: blockers.length === 0 ? 'closed' : 'rollback_required',
      passed: blockers.length === 0,
      blockers,
      warnings: chain.warnings,
      deployment_id: textOf(verified.value, 'deployment_id'),
      environment: textOf(verified.value, 'environment'),
      closed_by: input.closed_by,
      closed_at: isoTimestamp(ctx.clock.now()),
      notes: input.notes,
      post_deploy_verify_path: plainPath(input.post_deploy_verify),
      post_deploy_verify_sha256: verified.sha256,
      output_dir: plainPath(input.output_dir),
    };
    const same = (before: Readonly<Record<string, unknown>>): boolean =>
      before['release'] === input.release && before['status'] === 'closed';
    const kept = { folder: input.output_dir, file: `${FILE}.json`, same, clock: ['closed_at'] };
    return keptRecord(ctx, kept, report);
  },
  view: {
    title: 'release close',
    facts: [
      'release',
      'status',
      'passed',
      'deployment_id',
      'environment',
      'closed_by',
      'closed_at',
      'notes',
      'post_deploy_verify_path',
      'post_deploy_verify_sha256',
    ],
    runbook: [
      'Where the verification is missing or red, go back to it: a release is not closed around it.',
      'Where a record behind it was changed or is about something else, restore the record that was approved, or start again with a new change request.',
      'Where a rollback is called for, carry it out and attach its result to the incident before another attempt.',
      'Keep the closed record as it is; what is learnt later belongs into the next release.',
    ],
  },
});
