import {
  artifactsInput,
  below,
  blockerOf,
  collectEvidence,
  defineGate,
  folderInput,
  isJsonObject,
  isoTimestamp,
  plainPath,
  policyBlockers,
  policyInput,
  readPolicy,
  redactDeep,
  requireInput,
  silentNames,
  summaryOf,
  waivedFrom,
  type Evidence,
} from '@dpone/sdk';
import { z } from 'zod';

const REQUIRED = ['state', 'reconciliation'] as const;
/** What is read first as a few words of a piece of evidence. */
const SUMMARY = ['summary', 'status', 'message', 'total_cases', 'passed_cases', 'failed_cases'] as const;

/** Whether what is remembered of live systems agrees with what is in them. */
export const liveStateReconciliation = defineGate({
  summary: 'Judge evidence of state and reconciliation of live systems',
  description:
    'Red when a required piece of evidence is missing, when any piece is red, or when no green piece proves that deleted rows were reconciled (delete_reconciliation.passed, or physical_deletes_checked above 0).',
  input: z.strictObject({
    artifact: artifactsInput(),
    require: requireInput(REQUIRED),
    policy: policyInput,
    profile: z.string().default('real_local').describe('The profile of the run; only echoed.'),
    output_dir: folderInput('.dpone/live-state-reconciliation/latest'),
  }),
  artifact: 'live_state_reconciliation',
  example: { artifact: { state: 'state_evidence.json', reconciliation: 'reconciliation_evidence.json' } },
  evaluate: async ({ artifact, require, policy, profile, output_dir }, ctx) => {
    const evidence = await collectEvidence(ctx.cwd, artifact, require);
    const waived = waivedFrom(REQUIRED, require);
    const deletes = evidence.some(provesDeletes);
    const blockers = [
      ...evidence.flatMap((item) => blockerOf(item) ?? []),
      ...(deletes ? [] : ['delete_reconciliation.missing']),
      ...(await policyBlockers(await readPolicy(policy, ctx.cwd), evidence, waived, ctx.cwd)),
    ];
    const folder = plainPath(output_dir);
    return {
      schema_version: 'dpone.ops.live_state_reconciliation.v1',
      profile,
      passed: blockers.length === 0,
      generated_at: isoTimestamp(ctx.clock.now()),
      blockers,
      warnings: silentNames(evidence),
      waived,
      state_backends: texts(evidence, ['state_backends', 'state_backend']),
      state_checks: texts(evidence, ['checks', 'state_checks']),
      delete_reconciliation_checked: deletes,
      artifacts: evidence.map(itemOf),
      output_dir: folder,
      json_path: below(folder, 'live_state_reconciliation.json'),
      markdown_path: below(folder, 'live_state_reconciliation.md'),
    };
  },
  view: {
    title: 'live state reconciliation',
    facts: ['profile', 'passed', 'delete_reconciliation_checked', 'state_backends', 'state_checks', 'generated_at'],
    tables: [
      {
        of: 'artifacts',
        columns: {
          artifact: 'name',
          required: 'required',
          exists: 'exists',
          status: 'passed',
          sha256: 'sha256',
          summary: 'summary',
        },
      },
    ],
    runbook: [
      'Write the evidence that is missing: the state after the run, and a reconciliation with the target.',
      'Reconcile with deletes: a row that is gone from the source must be gone, or marked, in the target.',
      'Release nothing whose state runs ahead of what the target holds.',
    ],
  },
});

/** Red evidence proves nothing, whatever it says about deletes. */
function provesDeletes({ passed, value }: Evidence): boolean {
  if (!passed) return false;
  const { delete_reconciliation: checked, physical_deletes_checked: count } = value;
  if (isJsonObject(checked) && checked['passed'] === true) return true;
  if (typeof count === 'string') return /^\s*\+?\d+\s*$/.test(count) && BigInt(count.trim()) > 0n;
  return (
    (typeof count === 'number' && Number.isInteger(count) && count > 0) || (typeof count === 'bigint' && count > 0n)
  );
}

const texts = (evidence: readonly Evidence[], keys: readonly string[]): string[] => {
  const found = evidence.flatMap(({ value }) => keys.flatMap((key) => [value[key]].flat()));
  return [...new Set(found.filter((text): text is string => typeof text === 'string'))].sort();
};

const itemOf = (item: Evidence) => ({
  name: item.name,
  path: item.path ?? '',
  required: item.required,
  exists: item.state !== 'missing',
  passed: item.passed,
  sha256: item.sha256,
  summary: summaryOf(item, SUMMARY),
  blocker: blockerOf(item),
  payload: item.state === 'unreadable' ? { passed: false, summary: item.reason } : redactDeep(item.value),
});
