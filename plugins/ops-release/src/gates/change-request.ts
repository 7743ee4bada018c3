import { defineGate, folderInput, isoTimestamp, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { attach, attachInput, itemsTable, nothingJudged } from '../attach.js';
import { momentInput } from '../moment.js';

const SUMMARY = [
  'blockers',
  'violations',
  'findings',
  'results',
  'items',
  'steps',
  'differences',
  'risk_level',
  'status',
];

/** Asks for a change to an environment: who wants it, who may say yes, on what evidence, until when. */
export const changeRequest = defineGate({
  summary: 'Ask for the approval of a change, with its evidence',
  description:
    'Red when nobody may approve it, when a piece of evidence is missing or red, or when there is no evidence and no time limit: a change without proof may only be an emergency that expires.',
  input: z.strictObject({
    change_id: z.string().describe('The id of the change.'),
    release: z.string().describe('The release that it brings.'),
    target_env: z.string().describe('The environment that it changes.'),
    risk_level: z.enum(['low', 'medium', 'high', 'critical']).describe('How much is at stake.'),
    requested_by: z.string().describe('Who asks. This person cannot approve it.'),
    approver: z.array(z.string()).default([]).describe('Who may approve it; repeatable.'),
    expires_at: momentInput('Until when it may be approved: an ISO 8601 time, UTC unless it names a zone.'),
    ...attachInput,
    output_dir: folderInput('.dpone/change-requests/latest'),
  }),
  artifact: 'change_request',
  example: {
    change_id: 'CR-2026-0001',
    release: 'v1.0.0',
    target_env: 'production',
    risk_level: 'medium',
    requested_by: 'release-manager@example.com',
    approver: ['data-architect@example.com'],
    artifact: { promotion: '.dpone/promotions/latest/promotion_manifest.json' },
  },
  evaluate: async (input, ctx) => {
    const attached = await attach(ctx, input, SUMMARY);
    const approvers = input.approver.filter((name) => name.trim() !== '');
    const blockers = [...(approvers.length === 0 ? ['approval.approvers_missing'] : []), ...attached.blockers];
    if (blockers.length === 0 && input.expires_at === undefined) blockers.push(...nothingJudged(attached));
    return {
      schema_version: 'dpone.ops.change_request.v1',
      change_id: input.change_id,
      release: input.release,
      target_environment: input.target_env,
      risk_level: input.risk_level,
      requested_by: input.requested_by,
      approvers,
      requested_at: isoTimestamp(ctx.clock.now()),
      expires_at: input.expires_at ?? null,
      passed: blockers.length === 0,
      blockers,
      warnings: [
        ...attached.silent,
        ...(approvers.length > 0 && approvers.every((name) => name.trim() === input.requested_by.trim())
          ? ['approval.requester_alone']
          : []),
      ],
      output_dir: plainPath(input.output_dir),
      items: attached.items,
    };
  },
  view: {
    title: 'change request',
    facts: [
      'change_id',
      'release',
      'target_environment',
      'risk_level',
      'requested_by',
      'approvers',
      'requested_at',
      'expires_at',
      'passed',
    ],
    tables: [itemsTable()],
    runbook: [
      'Where approvers are missing, name at least one person other than the one who asks.',
      'Where evidence is missing or red, mend it at the command that makes it, and make the request again.',
      'Give the request to its approvers only once it is green: a request made again is another one, and earlier approvals do not count for it.',
    ],
  },
});
