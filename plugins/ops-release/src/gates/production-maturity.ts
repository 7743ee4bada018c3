import {
  artifactsInput,
  below,
  blockerOf,
  collectEvidence,
  defineGate,
  folderInput,
  plainPath,
  policyBlockers,
  policyInput,
  readPolicy,
  requireInput,
  silentNames,
  summaryOf,
  waivedFrom,
} from '@dpone/sdk';
import { z } from 'zod';
import { scoreOf } from '../domains.js';

const DOMAINS = ['certification', 'cdc', 'performance', 'security', 'supply_chain', 'governance', 'docs'];
const SUMMARY = [
  'blockers',
  'violations',
  'findings',
  'results',
  'items',
  'strategy_rows',
  'artifacts',
  'cases',
  'case_count',
  'evidence_count',
  'package_count',
  'links_checked',
  'status',
];

/** How ready for production a release is, domain by domain. */
export const productionMaturity = defineGate({
  summary: 'Score how ready for production a release is',
  description:
    'Red when the evidence of a required domain is missing or red; what else is attached only warns. The score is the part of the required domains that is green: all of them make it ga_ready, 80 and more release_candidate, less blocked.',
  input: z.strictObject({
    release: z.string().describe('The release.'),
    artifact: artifactsInput('The evidence of a domain, DOMAIN=PATH; repeatable.'),
    require: requireInput(DOMAINS),
    policy: policyInput,
    output_dir: folderInput('.dpone/production-maturity/latest'),
  }),
  artifact: 'production_maturity',
  example: { release: 'v1.0.0', artifact: { docs: 'test_artifacts/docs.json' }, require: ['docs'] },
  evaluate: async ({ release, artifact, require, policy, output_dir }, ctx) => {
    const evidence = await collectEvidence(ctx.cwd, artifact, require, 'required-first');
    const waived = waivedFrom(DOMAINS, require);
    const problems = (required: boolean): string[] =>
      evidence.filter((one) => one.required === required).flatMap((one) => blockerOf(one) ?? []);
    const blockers = [
      ...problems(true),
      ...(await policyBlockers(await readPolicy(policy, ctx.cwd), evidence, waived, ctx.cwd)),
    ];
    const folder = plainPath(output_dir);
    return {
      schema_version: 'dpone.ops.production_maturity.v1',
      release,
      passed: blockers.length === 0,
      ...scoreOf(evidence, blockers.length > 0, 'ga_ready'),
      blockers,
      warnings: problems(false),
      silent: silentNames(evidence),
      waived,
      required_domains: [...new Set(require)],
      items: evidence.map((one) => ({
        domain: one.name,
        path: one.path ?? '',
        required: one.required,
        missing: one.state === 'missing',
        passed: one.passed,
        sha256: one.sha256,
        summary: summaryOf(one, SUMMARY),
      })),
      output_dir: folder,
      json_path: below(folder, 'production_maturity.json'),
      markdown_path: below(folder, 'production_maturity.md'),
    };
  },
  view: {
    title: 'production maturity',
    facts: ['release', 'passed', 'level', 'score', 'silent'],
    sections: ({ items }) => [
      {
        heading: 'Domains',
        head: ['domain', 'required', 'status', 'sha256', 'summary', 'path'],
        rows: items.map((item) => [
          item.domain,
          item.required ? 'yes' : 'no',
          item.missing ? 'missing' : item.passed ? 'pass' : 'fail',
          item.sha256,
          item.summary,
          item.path,
        ]),
      },
    ],
    runbook: [
      'A domain that is missing: run the workflow that makes its evidence, or fetch what it left behind.',
      'A domain that is red: mend it at that workflow. This gate only adds up.',
      'Score again with the new paths; a release_candidate may be tried out, not published.',
    ],
  },
});
