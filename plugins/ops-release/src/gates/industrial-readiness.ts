import {
  artifactsInput,
  below,
  blockerOf,
  defineGate,
  folderInput,
  isJsonObject,
  plainPath,
  policyBlockers,
  policyInput,
  readEvidence,
  readPolicy,
  requireInput,
  silentNames,
  stableJson,
  summaryOf,
  waivedFrom,
  type Evidence,
} from '@dpone/sdk';
import { z } from 'zod';
import { scoreOf } from '../domains.js';
import { matrixOf } from '../matrix.js';

const DOMAINS = [
  'local_matrix',
  'correctness',
  'reliability',
  'performance_lab',
  'ux',
  'governance',
  'schema_evolution',
];

/** How ready for industrial use a release is, domain by domain, and which cases of the matrix prove it. */
export const industrialReadiness = defineGate({
  summary: 'Score how ready for industrial use a release is',
  description:
    'Red when the evidence of a required domain is missing, when any that is attached is missing or red, or when a case asked for is not in the evidence called local_matrix. The score is the part of the required domains that is green.',
  input: z.strictObject({
    release: z.string().describe('The release.'),
    artifact: artifactsInput('The evidence of a domain, DOMAIN=PATH; repeatable.'),
    require: requireInput(DOMAINS),
    case: z.array(z.string()).default([]).describe('A case that must be covered, SOURCE:SINK:STRATEGY; repeatable.'),
    policy: policyInput,
    output_dir: folderInput('.dpone/industrial-readiness/latest'),
  }),
  artifact: 'industrial_readiness',
  example: {
    release: 'v1.0.0',
    artifact: { local_matrix: 'test_artifacts/matrix.json' },
    require: ['local_matrix'],
    case: ['postgres:mssql:incremental_merge'],
  },
  evaluate: async (input, ctx) => {
    const { artifact, require } = input;
    // What is not required stands in the order in which it was given.
    const names = [...new Set([...require, ...Object.keys(artifact)])];
    const evidence = await Promise.all(
      names.map((name) =>
        readEvidence(ctx.cwd, name, Object.hasOwn(artifact, name) ? artifact[name] : undefined, require.includes(name)),
      ),
    );
    const matrix = matrixOf(evidence.find(({ name }) => name === 'local_matrix')?.value, input.case);
    const waived = waivedFrom(DOMAINS, require);
    const blockers = [
      ...evidence.flatMap((one) => blockerOf(one) ?? []),
      ...[...new Set(matrix.missing_cases)].map((name) => `local_matrix.case_missing:${name}`),
      ...(await policyBlockers(await readPolicy(input.policy, ctx.cwd), evidence, waived, ctx.cwd)),
    ];
    const folder = plainPath(input.output_dir);
    return {
      schema_version: 'dpone.ops.industrial_readiness.v1',
      release: input.release,
      passed: blockers.length === 0,
      ...scoreOf(evidence, blockers.length > 0, 'industrial_ready'),
      blockers,
      warnings: silentNames(evidence),
      waived,
      items: evidence.map((one) => ({
        domain: one.name,
        path: one.path,
        passed: one.passed,
        sha256: one.sha256,
        summary: summary(one),
        blockers: ownBlockers(one),
      })),
      matrix,
      output_dir: folder,
      json_path: below(folder, 'industrial_readiness.json'),
      markdown_path: below(folder, 'industrial_readiness.md'),
    };
  },
  view: {
    title: 'industrial readiness',
    facts: ['release', 'passed', 'level', 'score'],
    sections: ({ items, matrix }) => [
      {
        heading: 'Domains',
        head: ['domain', 'status', 'artifact', 'summary', 'blockers'],
        rows: items.map((one) => [one.domain, one.passed ? 'passed' : 'failed', one.path, one.summary, one.blockers]),
      },
      {
        heading: 'Matrix',
        head: ['what', 'value'],
        rows: Object.entries<unknown>({ ...matrix }).map(([key, value]) => [key.replaceAll('_', ' '), value]),
      },
    ],
    runbook: [
      'A domain that is missing: make its evidence and attach it under the name of the domain.',
      'A domain that is red: its own blockers stand beside it; mend them there.',
      'A case that is missing: run it in the local matrix, and make the report of the matrix again.',
      'Score again. A domain that does not apply is left out with --require, and is then named as waived.',
    ],
  },
});

function summary(one: Evidence): string {
  const { cases } = one.value;
  const told = summaryOf(one, ['summary', 'message']);
  if (one.state !== 'json' || !Array.isArray(cases) || 'summary' in one.value || 'message' in one.value) return told;
  return `${(cases as unknown[]).length} cases of the matrix`;
}

/** What the evidence itself says is wrong, or what is wrong with it. */
function ownBlockers(one: Evidence): string[] {
  if (one.state === 'missing') return [`${one.name}.missing`];
  if (one.state === 'unreadable') return ['artifact.unreadable'];
  const { blockers } = one.value;
  if (!Array.isArray(blockers)) return one.passed || isSaying(one) ? [] : ['artifact.non_object'];
  return (blockers as unknown[]).map((blocker) => (typeof blocker === 'string' ? blocker : stableJson(blocker, 0)));
}

const isSaying = ({ value }: Evidence): boolean => isJsonObject(value) && Object.keys(value).length > 0;
