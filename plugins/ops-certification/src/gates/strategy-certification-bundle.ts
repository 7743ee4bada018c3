import {
  below,
  defineGate,
  folderInput,
  isoTimestamp,
  plainPath,
  policyBlockers,
  policyInput,
  readPolicy,
} from '@dpone/sdk';
import { z } from 'zod';
import { readStrategyEvidence } from '../strategy-evidence.js';

const ARTIFACT = 'strategy_certification_bundle';
const files = (what: string) => z.array(z.string()).default([]).describe(`${what}; repeatable.`);

const input = z.strictObject({
  bundle_id: z.string().describe('A name for this bundle.'),
  replay_evidence: files('Evidence of a replay'),
  matrix_artifact: files('A report of the source and sink matrix'),
  connector_artifact: files('A report on connectors'),
  benchmark_artifact: files('A report of a benchmark'),
  docs_link: z.array(z.string()).default([]).describe('A page that belongs to it; repeatable.'),
  policy: policyInput,
  output_dir: folderInput('test_artifacts/strategies/certification_bundle'),
});

/** Evidence that strategies do what they promise, by kind. */
export const strategyCertificationBundle = defineGate({
  summary: 'Bundle the evidence that load strategies do what they promise',
  description:
    'Every file must say itself that it is green (passed, or status pass, passed, executed or ok); a replay must not say that its state was left uncommitted. A bundle of nothing is red.',
  input,
  artifact: ARTIFACT,
  format: 'text',
  example: { bundle_id: 'rc1', matrix_artifact: ['certification_report.json'] },
  evaluate: async (given, ctx) => {
    const policy = await readPolicy(given.policy, ctx.cwd);
    const named = [
      ...given.replay_evidence.map((path) => ['replay', path] as const),
      ...given.matrix_artifact.map((path) => ['matrix', path] as const),
      ...given.connector_artifact.map((path) => ['connector', path] as const),
      ...given.benchmark_artifact.map((path) => ['benchmark', path] as const),
    ];
    const read = await Promise.all(named.map(([kind, path]) => readStrategyEvidence(ctx.cwd, kind, path)));
    const items = read.map(({ item }) => item);
    const blockers = [
      ...items
        .filter(({ passed }) => !passed)
        .map(({ kind, name, present }) => `${kind}.${present ? 'not_passed' : 'missing'}:${name}`),
      ...(items.length === 0 ? ['evidence.missing'] : []),
      ...(await policyBlockers(
        policy,
        read.map(({ evidence }) => evidence),
        [],
        ctx.cwd,
      )),
    ];
    const present = items.filter((item) => item.present).length;
    const passed = items.filter((item) => item.passed).length;
    const folder = plainPath(given.output_dir);
    return {
      schema_version: 'dpone.strategy.certification_bundle.v1',
      bundle_id: given.bundle_id,
      created_at: isoTimestamp(ctx.clock.now()),
      passed: blockers.length === 0,
      blockers,
      summary: {
        total_items: items.length,
        present_items: present,
        passed_items: passed,
        missing_items: items.length - present,
        failed_items: present - passed,
      },
      docs_links: given.docs_link,
      evidence_items: items,
      json_path: below(folder, `${ARTIFACT}.json`),
      markdown_path: below(folder, `${ARTIFACT}.md`),
    };
  },
  artifactJson: ({ json_path: _json, markdown_path: _markdown, ...bundle }) => bundle,
  stdout: ({ json_path, markdown_path }) => ({ json_path, markdown_path }),
  text: ({ json_path, markdown_path }) => `json_path: ${json_path}\nmarkdown_path: ${markdown_path}`,
  view: {
    title: 'strategy certification bundle',
    facts: ['bundle_id', 'passed', 'created_at'],
    sections: (report) => [
      {
        head: ['Kind', 'Presence', 'Status', 'SHA-256', 'Path'],
        rows: report.evidence_items.map((item) => [
          item.kind,
          item.present ? 'present' : 'missing',
          item.passed,
          item.sha256 ?? 'n/a',
          item.path,
        ]),
      },
      ...(report.docs_links.length === 0 ? [] : [{ heading: 'Docs', list: report.docs_links }]),
    ],
    runbook: [
      'Run again what is missing; the bundle only reads what runs have left behind.',
      'A red replay: find out whether its state was committed before anything is replayed a second time.',
      'A red matrix or connector report: load the case that it names alone.',
      'A red benchmark: measure again on the same machine before its baseline is touched.',
    ],
  },
});
