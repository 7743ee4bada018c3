import {
  artifactsInput,
  below,
  blockerOf,
  collectEvidence,
  defineGate,
  folderInput,
  isoTimestamp,
  plainPath,
  policyBlockers,
  policyInput,
  readPolicy,
  redactDeep,
  requireInput,
  silentNames,
  stableJson,
  summaryOf,
  waivedFrom,
  type Evidence,
} from '@dpone/sdk';
import { z } from 'zod';

const REQUIRED = [
  'service_markers',
  'certification_pack',
  'performance_certification',
  'live_state_reconciliation',
  'pre_release_checklist',
  'evidence_chain',
];
const SUMMARY = ['summary', 'status', 'message', 'total_cases', 'passed_cases', 'failed_cases'];
/** A piece of evidence that says more than this stays where it is: the pack holds its path and checksum. */
const MOST_PAYLOAD_CHARS = 64 * 1024;

/** Go or no-go: all evidence of a release in one file. */
export const releaseEvidencePack = defineGate({
  summary: 'Pack all evidence of a release, for the last decision',
  description:
    'Red when a required piece of evidence is missing, or when any that is attached is missing or red; a chain of evidence is verified. The pack holds what every piece says, with secrets masked; what is very long is left out and named by its checksum.',
  input: z.strictObject({
    release: z.string().describe('The release.'),
    profile: z.string().default('real_local').describe('What the evidence was made with.'),
    artifact: artifactsInput(),
    require: requireInput(REQUIRED),
    policy: policyInput,
    output_dir: folderInput('.dpone/release-evidence/latest'),
  }),
  artifact: 'release_evidence_pack',
  example: {
    release: 'v1.0.0',
    artifact: { evidence_chain: '.dpone/evidence-chain/evidence_chain_index.json' },
    require: ['evidence_chain'],
  },
  evaluate: async ({ release, profile, artifact, require, policy, output_dir }, ctx) => {
    const evidence = await collectEvidence(ctx.cwd, artifact, require);
    const waived = waivedFrom(REQUIRED, require);
    const blockers = [
      ...evidence.flatMap((one) => blockerOf(one) ?? []),
      ...(await policyBlockers(await readPolicy(policy, ctx.cwd), evidence, waived, ctx.cwd)),
    ];
    const folder = plainPath(output_dir);
    return {
      schema_version: 'dpone.ops.release_evidence_pack.v1',
      release,
      profile,
      passed: blockers.length === 0,
      generated_at: isoTimestamp(ctx.clock.now()),
      blockers,
      warnings: silentNames(evidence),
      waived,
      artifacts: evidence.map(packed),
      output_dir: folder,
      json_path: below(folder, 'release_evidence_pack.json'),
      markdown_path: below(folder, 'release_evidence_pack.md'),
    };
  },
  view: {
    title: 'release evidence pack',
    facts: ['release', 'profile', 'passed', 'generated_at'],
    tables: [
      {
        of: 'artifacts',
        columns: {
          artifact: 'name',
          required: 'required',
          exists: 'exists',
          passed: 'passed',
          sha256: 'sha256',
          summary: 'summary',
          path: 'path',
        },
      },
    ],
    runbook: [
      'Missing evidence: run the command that makes it. The pack is never filled in by hand.',
      'Red evidence: mend what it measured, then measure again; a limit is moved only with its owner.',
      'A broken chain: find out which artifact was changed after it was chained, and treat that as an incident.',
      'Tag and publish only on a green pack without waived requirements that nobody has agreed to.',
    ],
  },
});

const packed = (one: Evidence) => ({
  name: one.name,
  path: one.path ?? '',
  required: one.required,
  exists: one.state !== 'missing',
  passed: one.passed,
  sha256: one.sha256,
  summary: summaryOf(one, SUMMARY),
  blocker: blockerOf(one),
  payload: payloadOf(one),
});

function payloadOf(one: Evidence): unknown {
  if (one.state === 'missing') return {};
  if (one.state === 'unreadable') return { passed: false, summary: summaryOf(one, SUMMARY) };
  const payload = redactDeep(one.value);
  const chars = stableJson(payload, 0).length;
  return chars <= MOST_PAYLOAD_CHARS ? payload : { left_out: true, characters: chars };
}
