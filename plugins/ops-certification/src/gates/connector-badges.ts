import { byName, defineGate, fail, folderInput, judge, orderedJson, plainPath, type JsonObject } from '@dpone/sdk';
import { z } from 'zod';
import { catalogueOf } from '../catalogue.js';
import { readRequired } from '../history.js';
import { partsOf } from '../matrix/cases.js';

const input = z.strictObject({
  history_index: z.string().optional().describe('The index of certification-history; its last release counts.'),
  output_dir: folderInput('test_artifacts/certification/badges'),
});

/** Lists of the history, and what a case of each is called. */
const GROUPS = [
  ['new_failures', 'new_failure'],
  ['fixed_failures', 'fixed'],
  ['unchanged_failures', 'unchanged_failure'],
] as const;

/** A badge a connector: its certification status, or `regression` where a case from it or into it is red. */
export const connectorBadges = defineGate({
  summary: 'Give every connector its badge from the catalogue and the certification history',
  description:
    'A new or an unchanged failure makes both of its ends a regression; a fixed one is listed and changes nothing. Red when there is a regression.',
  input,
  artifact: 'connector_badges',
  example: { history_index: 'certification_history_index.json' },
  evaluate: async ({ history_index, output_dir }, ctx) => {
    const latest = history_index === undefined ? undefined : await latestOf(ctx.cwd, history_index);
    const rows = GROUPS.flatMap(([group, status]) =>
      casesOf(latest?.[group]).map((id) => ({
        ...(partsOf(id) ?? { source: '', sink: '', strategy: '' }),
        status,
        case_id: id,
      })),
    );
    const failed = rows.filter(({ status }) => status !== 'fixed');
    const regressed = new Set(failed.flatMap(({ source, sink }) => [source, sink]).filter((name) => name !== ''));
    const blockers = [
      ...[...regressed].sort(byName).map((name) => `${name}.regression`),
      ...failed.filter(({ source }) => source === '').map(({ case_id: id }) => `${id}.not_passed`),
    ];
    if (blockers.length === 0 && latest !== undefined && judge(latest).verdict === 'red')
      blockers.push('history.not_passed');
    const status = textOf(latest?.['status']) ?? 'unknown';
    const catalogue = Object.values(catalogueOf((await ctx.host()).plugins()));
    return {
      schema_version: 'dpone.ops.connector_badges.v1',
      release: textOf(latest?.['release']),
      passed: blockers.length === 0,
      blockers,
      output_dir: plainPath(output_dir),
      entries: catalogue
        .sort((a, b) => byName(a.connector, b.connector))
        .map((entry) => ({
          connector: entry.connector,
          marketplace_status: entry.status,
          history_status: regressed.has(entry.connector) ? 'regression' : status,
          badge: regressed.has(entry.connector) ? 'regression' : entry.badge,
          capabilities: entry.capabilities,
          docs: entry.docs,
        })),
      strategy_rows: rows,
    };
  },
  view: {
    title: 'connector badges',
    facts: ['release', 'passed'],
    tables: [
      {
        of: 'entries',
        columns: {
          connector: 'connector',
          badge: 'badge',
          marketplace: 'marketplace_status',
          history: 'history_status',
          capabilities: 'capabilities',
          docs: 'docs',
        },
      },
      {
        heading: 'Strategies',
        of: 'strategy_rows',
        columns: { source: 'source', sink: 'sink', strategy: 'strategy', status: 'status', case: 'case_id' },
      },
    ],
    runbook: [
      'Find the case behind the badge in the table of strategies, and load it alone.',
      'Mend it, make the certification report again, and record it with certification-history.',
      'Make the badges again from the new history; a badge is never edited.',
    ],
  },
});

async function latestOf(cwd: string, path: string): Promise<JsonObject | undefined> {
  const { releases } = await readRequired(cwd, path, '--history-index');
  const latest: unknown = Array.isArray(releases) ? releases.at(-1) : null;
  if (latest === undefined) return undefined;
  if (typeof latest === 'object' && latest !== null && !Array.isArray(latest)) return latest as JsonObject;
  throw fail('DPONE_INPUT_INVALID', 'This is no index of certification-history.', { where: `--history-index ${path}` });
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Ids of cases; what is no text stays visible as what it is. */
const casesOf = (list: unknown): string[] =>
  Array.isArray(list) ? (list as unknown[]).map((id) => textOf(id) ?? orderedJson(id, 0)) : [];
