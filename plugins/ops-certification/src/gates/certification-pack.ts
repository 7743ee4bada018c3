import {
  artifactsInput,
  blockerOf,
  byName,
  collectEvidence,
  defineGate,
  folderInput,
  isJsonObject,
  isoTimestamp,
  plainPath,
  policyBlockers,
  policyInput,
  readPolicy,
  requireInput,
  silentNames,
  summaryOf,
  waivedFrom,
  below,
  type JsonObject,
} from '@dpone/sdk';
import { z } from 'zod';
import { partsOf } from '../matrix/cases.js';

const REPORT = 'certification_report';
const REQUIRED = [REPORT];
const ARTIFACT = 'connector_certification_pack';

const input = z.strictObject({
  pack_id: z.string().describe('A name for this pack.'),
  artifact: artifactsInput(),
  require: requireInput(REQUIRED),
  policy: policyInput,
  output_dir: folderInput('.dpone/certification-pack/latest'),
});

/** The evidence that a connector is certified by, in one file. */
export const certificationPack = defineGate({
  summary: 'Put the evidence of a connector’s certification into one pack',
  description:
    'Every piece of evidence must be green, required or not. What is covered is read from the piece named certification_report.',
  input,
  artifact: ARTIFACT,
  example: { pack_id: 'postgres-2026', artifact: { certification_report: 'certification_report.json' } },
  evaluate: async (given, ctx) => {
    const policy = await readPolicy(given.policy, ctx.cwd);
    const evidence = await collectEvidence(ctx.cwd, given.artifact, given.require);
    const waived = waivedFrom(REQUIRED, given.require);
    const blockers = [
      ...evidence.flatMap((item) => blockerOf(item) ?? []),
      ...(evidence.length === 0 ? ['evidence.missing'] : []),
      ...(await policyBlockers(policy, evidence, waived, ctx.cwd)),
    ];
    const folder = plainPath(given.output_dir);
    return {
      schema_version: 'dpone.ops.connector_certification_pack.v1',
      pack_id: given.pack_id,
      passed: blockers.length === 0,
      generated_at: isoTimestamp(ctx.clock.now()),
      blockers,
      warnings: silentNames(evidence),
      waived,
      coverage: coverageOf(evidence.find(({ name }) => name === REPORT)?.value ?? {}),
      items: evidence.map((item) => ({
        name: item.name,
        path: item.path ?? '',
        required: item.required,
        passed: item.passed,
        sha256: item.sha256,
        summary: summaryOf(item, ['status', 'metric_count', 'results', 'items']),
        missing: item.state === 'missing',
      })),
      output_dir: folder,
      json_path: below(folder, `${ARTIFACT}.json`),
      markdown_path: below(folder, `${ARTIFACT}.md`),
    };
  },
  view: {
    title: 'connector certification pack',
    facts: ['pack_id', 'passed', 'generated_at'],
    tables: [
      {
        of: 'items',
        columns: {
          artifact: 'name',
          status: 'passed',
          required: 'required',
          sha256: 'sha256',
          summary: 'summary',
          path: 'path',
        },
      },
    ],
    sections: ({ coverage }) => [
      {
        heading: 'Coverage',
        list: [
          `${coverage.case_count} cases`,
          `from ${coverage.sources.join(', ') || 'nowhere'}`,
          `into ${coverage.sinks.join(', ') || 'nowhere'}`,
          `by ${coverage.strategies.join(', ') || 'no strategy'}`,
        ],
      },
    ],
    runbook: [
      'Make what is missing by the command that it comes from; a pack never stands in for a run.',
      'Open what is red, mend its cause, and make that artifact again before the pack.',
      'Compare the coverage with what the connector claims: a case that is not listed was not certified.',
    ],
  },
});

function coverageOf({ results }: JsonObject) {
  const cases = (Array.isArray(results) ? (results as unknown[]) : []).filter(isJsonObject);
  const distinct = (key: 'source' | 'sink' | 'strategy'): string[] => {
    const found = cases.map((one) => {
      const own = one[key];
      if (typeof own === 'string' && own !== '') return own;
      const id = one['case_id'];
      return typeof id === 'string' ? partsOf(id)?.[key] : undefined;
    });
    return [...new Set(found.filter((name) => name !== undefined))].sort(byName);
  };
  return {
    case_count: cases.length,
    sources: distinct('source'),
    sinks: distinct('sink'),
    strategies: distinct('strategy'),
  };
}
