import { join, resolve } from 'node:path';
import { defineGate, folderInput, isoTimestamp, plainPath, policyInput, type Evidence } from '@dpone/sdk';
import { z } from 'zod';
import { readHistory, withDecision, type Decision } from '../approval-history.js';
import { parseMoment } from '../moment.js';
import { readRecord, recordPolicyBlockers, saysPassed, textOf } from '../records.js';

const FILE = 'approval_record';

/** Records what somebody decided on a change request, and says whether it is approved by now. */
export const approvalRecord = defineGate({
  summary: 'Record an approval or a rejection of a change request',
  description:
    'Approved when enough different people who may approve it have approved this very request, it is green and has not expired, and nobody has rejected it. Who asked for the change does not count. Decisions are added to those in the output folder, which are never dropped.',
  input: z.strictObject({
    change_request: z.string().describe('The change request that is decided on.'),
    actor: z.string().trim().min(1).describe('Who decides.'),
    decision: z.enum(['approved', 'rejected']).describe('What is decided.'),
    comment: z.string().default('').describe('Why.'),
    quorum_required: z.int().min(1).default(1).describe('How many people must approve it.'),
    policy: policyInput,
    output_dir: folderInput('.dpone/approvals/latest', 'Where the record stands: one folder a change.'),
  }),
  artifact: FILE,
  serial: true,
  example: {
    change_request: '.dpone/change-requests/CR-2026-0001/change_request.json',
    actor: 'data-architect@example.com',
    decision: 'approved',
    output_dir: '.dpone/approvals/CR-2026-0001',
  },
  evaluate: async (input, ctx) => {
    const request = await readRecord(ctx, 'change_request', input.change_request);
    const changeId = textOf(request.value, 'change_id');
    const path = join(input.output_dir, `${FILE}.json`);
    const history = await readHistory(resolve(ctx.cwd, path), path, changeId);
    const now = ctx.clock.now();
    const decisions = withDecision(history, {
      actor: input.actor,
      decision: input.decision,
      comment: input.comment,
      decided_at: isoTimestamp(now),
      change_request_sha256: request.sha256,
    });
    const rules = rulesOf(request);
    const approvals = approversOf(decisions, request.sha256, rules.mayApprove);
    const rejections = decisions.filter(({ decision }) => decision !== 'approved').length;
    const blockers = [
      ...(rules.isAllowed(input.actor) ? [] : ['approval.actor_not_allowed']),
      ...(input.decision === 'approved' && rules.isRequester(input.actor) ? ['approval.actor_is_requester'] : []),
      ...(rules.expiredAt(now) ? ['approval.change_request_expired'] : []),
      ...(saysPassed(request) ? [] : ['approval.change_request_not_passed']),
      ...(rejections > 0 ? ['approval.rejected'] : []),
      ...(approvals.size < input.quorum_required ? ['approval.quorum_not_met'] : []),
      ...(await recordPolicyBlockers(ctx, input.policy, request)),
    ];
    return {
      schema_version: 'dpone.ops.approval_record.v1',
      change_id: changeId,
      release: textOf(request.value, 'release'),
      target_environment: textOf(request.value, 'target_environment'),
      change_request_path: request.path,
      change_request_sha256: request.sha256,
      status: blockers.length === 0 ? 'approved' : 'blocked',
      passed: blockers.length === 0,
      blockers,
      quorum_required: input.quorum_required,
      approvals_count: approvals.size,
      rejections_count: rejections,
      allowed_approvers: rules.allowed,
      output_dir: plainPath(input.output_dir),
      decisions,
    };
  },
  view: {
    title: 'approval record',
    facts: [
      'change_id',
      'release',
      'target_environment',
      'status',
      'quorum_required',
      'approvals_count',
      'rejections_count',
      'change_request_path',
      'change_request_sha256',
    ],
    tables: [
      {
        of: 'decisions',
        columns: { actor: 'actor', decision: 'decision', decided_at: 'decided_at', comment: 'comment' },
      },
    ],
    runbook: [
      'Where the quorum is not met, let another person who is listed in the request decide, into the same folder.',
      'Where the one who decided may not, that decision is kept and does not count; it takes somebody who may.',
      'A rejected or expired request stays so: mend what led to it and make a new request with a new id.',
      'A request that was made again after an approval needs its approvals again.',
    ],
  },
});

/** Who may decide on a request, and until when. */
function rulesOf({ value }: Evidence) {
  const list: unknown = value['approvers'];
  const allowed = Array.isArray(list) ? list.filter((name): name is string => typeof name === 'string') : [];
  const requester = value['requested_by'];
  const expires = value['expires_at'] ?? null;
  const isAllowed = (actor: string): boolean =>
    allowed.length === 0 || allowed.some((name) => name.trim() === actor.trim());
  const isRequester = (actor: string): boolean => typeof requester === 'string' && actor.trim() === requester.trim();
  return {
    allowed,
    isAllowed,
    isRequester,
    mayApprove: (actor: string): boolean => isAllowed(actor) && !isRequester(actor),
    // A time that cannot be read is over.
    expiredAt: (now: Date): boolean =>
      expires !== null && ((typeof expires === 'string' && parseMoment(expires)) || 0) < now.getTime(),
  };
}

/** The different people who approved this very request and may. */
const approversOf = (
  decisions: readonly Decision[],
  sha256: string,
  mayApprove: (actor: string) => boolean,
): ReadonlySet<string> =>
  new Set(
    decisions
      .filter((one) => one.decision === 'approved' && one.change_request_sha256 === sha256 && mayApprove(one.actor))
      .map(({ actor }) => actor.trim()),
  );
