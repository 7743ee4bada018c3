import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { below, defineGate, fail, folderInput, isJsonObject, isoTimestamp, plainPath, readArtifact } from '@dpone/sdk';
import { z } from 'zod';

const input = z.strictObject({
  ledger: z.string().min(1).describe('The ledger of a schema change: what is approved.'),
  approver: z
    .string()
    .regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u, 'names nobody')
    .describe('Who approves.'),
  drop_unfilled: z
    .boolean()
    .default(false)
    .describe('A contracting step may drop a column whose successor lacks values that it has: these values are lost.'),
  output_dir: folderInput('.dpone/schema-approvals/latest', 'Where the approval is written.'),
});

/** The approval of a schema change, bound to the very bytes that were approved. */
export const schemaApprove = defineGate({
  summary: 'Approve a deferred schema change',
  description:
    'Writes `<approval id>.json` with the checksum of the ledger: an approval of a ledger that changed since is none. The same approval again stays as it is; one of other content under the same id is refused.',
  input,
  example: { ledger: '.dpone/schema_changes/schema_change.json', approver: 'data-architect' },
  format: 'text',
  evaluate: async ({ ledger, approver, drop_unfilled, output_dir }, ctx) => {
    const path = plainPath(ledger);
    const artifact = await readArtifact(resolve(ctx.cwd, path));
    if (artifact.state !== 'json' || !isJsonObject(artifact.value) || Object.keys(artifact.value).length === 0)
      throw fail(
        'DPONE_INPUT_INVALID',
        `The ledger is ${artifact.state === 'missing' ? 'not there' : 'no JSON object'}.`,
        {
          where: ledger,
          remedy:
            'Name the file that a run printed with the change that waits, or the plan of dpone schema expand-contract.',
        },
      );
    const { status } = artifact.value;
    const id = approvalId(path, approver, typeof status === 'string' ? status : 'None', drop_unfilled);
    const output = plainPath(output_dir);
    return {
      approval_id: id,
      approval_status: 'approved',
      approver,
      ...(drop_unfilled ? { drop_unfilled } : {}),
      ledger_path: path,
      ledger_sha256: artifact.sha256,
      approved_at:
        (await approvedBefore(resolve(ctx.cwd, output, `${id}.json`), artifact.sha256)) ??
        isoTimestamp(ctx.clock.now()),
      artifact_path: below(output, `${id}.json`),
      warnings: status === 'applied' ? ['the change is applied already'] : [],
      schema_version: 'dpone.schema.approval.v1',
      passed: true,
      blockers: [],
    };
  },
  files: (report) => [{ path: `${report.approval_id}.json`, exclusive: true, json: report }],
  text: ({ approval_id, approver, artifact_path }) => `${approver} approved ${approval_id}\n${artifact_path}`,
  view: {
    title: 'schema approval',
    facts: ['approval_id', 'approval_status', 'approver', 'ledger_path', 'ledger_sha256', 'approved_at'],
    runbook: [
      'Keep the approval with the ledger: whoever applies the change compares the checksum first.',
      'Approve anew where the ledger has changed, into another folder.',
    ],
  },
});

/** Other tools make the same id; what they know nothing of makes another. */
const approvalId = (ledger: string, approver: string, status: string, dropUnfilled: boolean): string => {
  const of = [ledger, approver, status, ...(dropUnfilled ? ['drop_unfilled'] : [])].join(':');
  return `appr_${createHash('sha256').update(of).digest('hex').slice(0, 24)}`;
};

/** The time of the same approval of the same bytes: it is not given twice. */
async function approvedBefore(path: string, sha256: string): Promise<string | undefined> {
  const before = await readArtifact(path);
  if (before.state !== 'json' || !isJsonObject(before.value)) return undefined;
  const { ledger_sha256, approved_at } = before.value;
  return ledger_sha256 === sha256 && typeof approved_at === 'string' ? approved_at : undefined;
}
