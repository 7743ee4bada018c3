import {
  blockerOf,
  defineGate,
  folderInput,
  plainPath,
  policyBlockers,
  policyInput,
  readEvidence,
  readPolicy,
  silentNames,
  summaryOf,
} from '@dpone/sdk';
import { z } from 'zod';

const path = (what: string) => z.string().optional().describe(`${what}.`);
const required = (what: string) => z.boolean().default(false).describe(`Red without ${what}.`);

const input = z.strictObject({
  suite_id: z.string().describe('A name for this suite.'),
  certification_report: z.string().describe('The certification report of the matrix.'),
  benchmark_baseline: path('The report of benchmark-baseline'),
  lineage_report: path('The report of lineage-export, or its event'),
  dbt_lineage_report: path('The report of dbt-lineage, or its graph'),
  evidence_bundle: path('The bundle of evidence-bundle'),
  strategy_certification_bundle: path('The bundle of strategy certification-bundle'),
  require_benchmark: required('--benchmark-baseline'),
  require_lineage: required('--lineage-report'),
  require_dbt_lineage: required('--dbt-lineage-report'),
  require_evidence: required('--evidence-bundle'),
  require_strategy_certification: required('--strategy-certification-bundle'),
  policy: policyInput,
  output_dir: folderInput('.dpone/certification-suite/latest'),
});

type Input = z.output<typeof input>;

/** The kinds of evidence in their order, and the switch that makes each one a must. */
const EVIDENCE = [
  ['certification_report', null],
  ['benchmark_baseline', 'require_benchmark'],
  ['lineage_report', 'require_lineage'],
  ['dbt_lineage_report', 'require_dbt_lineage'],
  ['evidence_bundle', 'require_evidence'],
  ['strategy_certification_bundle', 'require_strategy_certification'],
] as const satisfies readonly (readonly [keyof Input, keyof Input | null])[];

const SUMMARY = ['blockers', 'violations', 'findings', 'results', 'items', 'events', 'strategy_rows', 'status'];

/** Matrix, benchmark, lineage, strategy and evidence as one decision. */
export const certificationSuite = defineGate({
  summary: 'Judge matrix, benchmark, lineage, strategy and evidence reports as one suite',
  description:
    'The certification report is a must; the others are judged where they are given, and become a must with their --require switch. Runs nothing itself.',
  input,
  artifact: 'certification_suite',
  example: { suite_id: 'rc1', certification_report: 'certification_report.json' },
  evaluate: async (given, ctx) => {
    const policy = await readPolicy(given.policy, ctx.cwd);
    const wanted = EVIDENCE.map(([name, must]) => ({ name, file: given[name], must: must === null || given[must] }));
    const evidence = await Promise.all(
      wanted
        .filter(({ file, must }) => must || file !== undefined)
        .map(({ name, file, must }) => readEvidence(ctx.cwd, name, file, must)),
    );
    const results = evidence[0]?.value['results'];
    const blockers = [
      ...evidence.flatMap((item) => blockerOf(item) ?? []),
      ...(await policyBlockers(policy, evidence, [], ctx.cwd)),
    ];
    return {
      schema_version: 'dpone.ops.certification_suite.v1',
      suite_id: given.suite_id,
      passed: blockers.length === 0,
      blockers,
      warnings: silentNames(evidence),
      case_count: Array.isArray(results) ? results.length : 0,
      evidence_count: evidence.length,
      items: evidence.map((item) => ({
        name: item.name,
        path: item.path ?? '',
        sha256: item.sha256,
        passed: item.passed,
        required: item.required,
        missing: item.state === 'missing',
        summary: summaryOf(item, SUMMARY),
      })),
      output_dir: plainPath(given.output_dir),
    };
  },
  files: (report) => [{ path: 'certification_suite_index.json', json: { suite_count: 1, suites: [report] } }],
  view: {
    title: 'certification suite',
    facts: ['suite_id', 'passed', 'case_count', 'evidence_count'],
    tables: [
      {
        of: 'items',
        columns: {
          evidence: 'name',
          status: 'passed',
          required: 'required',
          sha256: 'sha256',
          summary: 'summary',
          path: 'path',
        },
      },
    ],
    runbook: [
      'Take the blockers in their order: a red matrix often explains what stands below it.',
      'For `*.missing`, run the command that makes the report, and pass its path.',
      'For `*.not_passed`, open that report and follow its own runbook; measure a benchmark again on the same machine before its baseline is touched.',
      'Run the suite again, and attach it to the release before a badge says more than it did.',
    ],
  },
});
