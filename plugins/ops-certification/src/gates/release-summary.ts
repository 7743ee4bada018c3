import { join, resolve } from 'node:path';
import {
  CHAIN_INDEX,
  below,
  cellText,
  defineGate,
  folderInput,
  plainPath,
  policyBlockers,
  policyInput,
  readEvidence,
  readPolicy,
  verifyChain,
  type Evidence,
} from '@dpone/sdk';
import { z } from 'zod';

const folder = (what: string) => z.string().describe(`The folder of the evidence chain of ${what}.`);
const suite = (what: string) => z.string().describe(`The certification suite of ${what}.`);

const input = z.strictObject({
  release_id: z.string().describe('The release that is to be published.'),
  replay_chain_dir: folder('the replays'),
  matrix_suite: suite('the matrix'),
  matrix_chain_dir: folder('the matrix'),
  connector_suite: suite('the connectors'),
  connector_chain_dir: folder('the connectors'),
  policy: policyInput,
  output_dir: folderInput('.dpone/certification-release-summary/latest'),
});

type Input = z.output<typeof input>;
type Kind = 'evidence_chain' | 'certification_suite';

/** What a release is summed up from, in its order. */
const ITEMS = [
  ['replay_evidence_chain', 'evidence_chain', 'replay_chain_dir'],
  ['matrix_certification_suite', 'certification_suite', 'matrix_suite'],
  ['matrix_evidence_chain', 'evidence_chain', 'matrix_chain_dir'],
  ['connector_certification_suite', 'certification_suite', 'connector_suite'],
  ['connector_evidence_chain', 'evidence_chain', 'connector_chain_dir'],
] as const satisfies readonly (readonly [string, Kind, keyof Input])[];

interface Judged {
  readonly evidence: Evidence;
  readonly passed: boolean;
  readonly blocker: string | null;
  readonly summary: string;
}

/** Replays, matrix and connectors as one decision: suites that say they passed, chains that verify. */
export const releaseSummary = defineGate({
  summary: 'Sum up suites and evidence chains into one decision on a release',
  description:
    'Three chains must verify and two suites must say that they passed: silence is not enough here. A chain that is not there counts as one that does not verify.',
  input,
  artifact: 'release_summary',
  example: {
    release_id: 'v1.0.0',
    replay_chain_dir: 'replay',
    matrix_suite: 'matrix/certification_suite.json',
    matrix_chain_dir: 'matrix/chain',
    connector_suite: 'connectors/certification_suite.json',
    connector_chain_dir: 'connectors/chain',
  },
  evaluate: async (given, ctx) => {
    const policy = await readPolicy(given.policy, ctx.cwd);
    const judged = await Promise.all(
      ITEMS.map(([name, kind, key]) =>
        kind === 'evidence_chain' ? judgeChain(ctx.cwd, name, given[key]) : judgeSuite(ctx.cwd, name, given[key]),
      ),
    );
    const blockers = [
      ...judged.flatMap(({ blocker }) => blocker ?? []),
      ...(await policyBlockers(
        policy,
        judged.map(({ evidence }) => evidence),
        [],
        ctx.cwd,
      )),
    ];
    return {
      schema_version: 'dpone.ops.release_summary.v1',
      release_id: given.release_id,
      passed: blockers.length === 0,
      blockers,
      items: ITEMS.map(([name, kind, key], i) => ({
        name,
        kind,
        path: plainPath(given[key]),
        sha256: judged[i]!.evidence.sha256,
        passed: judged[i]!.passed,
        missing: judged[i]!.evidence.state === 'missing',
        summary: judged[i]!.summary,
      })),
      output_dir: plainPath(given.output_dir),
    };
  },
  view: {
    title: 'release summary',
    facts: ['release_id', 'passed'],
    tables: [
      {
        of: 'items',
        columns: {
          evidence: 'name',
          kind: 'kind',
          status: 'passed',
          sha256: 'sha256',
          summary: 'summary',
          path: 'path',
        },
      },
    ],
    runbook: [
      'A chain that does not verify comes first: find out what was changed, and by whom, before it is built anew.',
      'A red or missing suite: open it, mend its first blocker, and run the suite again.',
      'Publish from a green summary only, and keep it with the release.',
    ],
  },
});

async function judgeSuite(cwd: string, name: string, path: string): Promise<Judged> {
  const evidence = await readEvidence(cwd, name, path);
  const { value, state, reason } = evidence;
  const passed = evidence.passed && value['passed'] === true;
  const items = value['items'];
  const count = value['evidence_count'] ?? (Array.isArray(items) ? items.length : 0);
  const open = Array.isArray(value['blockers']) ? value['blockers'].length : 0;
  return {
    evidence,
    passed,
    blocker: passed ? null : `${name}.${state === 'missing' ? 'missing' : 'not_passed'}`,
    summary:
      state === 'json'
        ? `cases=${cellText(value['case_count'] ?? 0)}; evidence=${cellText(count)}; blockers=${open}`
        : (reason ?? 'artifact missing'),
  };
}

async function judgeChain(cwd: string, name: string, path: string): Promise<Judged> {
  const evidence = await readEvidence(cwd, name, below(plainPath(path), CHAIN_INDEX));
  const chain = await verifyChain(resolve(cwd, join(path)), cwd);
  const passed = evidence.passed && chain.verified;
  return {
    evidence,
    passed,
    blocker: passed ? null : `${name}.not_verified`,
    summary: `entries=${chain.entry_count}; broken=${chain.broken_entries.join(', ') || 'none'}`,
  };
}
