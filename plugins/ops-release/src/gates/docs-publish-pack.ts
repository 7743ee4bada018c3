import {
  below,
  defineGate,
  folderInput,
  isJsonObject,
  pageMarkdown,
  plainPath,
  table,
  type OutputFile,
} from '@dpone/sdk';
import { z } from 'zod';
import { attach, attachInput, itemsTable, type Attached, type Item } from '../attach.js';

const SUMMARY = [
  'blockers',
  'violations',
  'findings',
  'results',
  'items',
  'entries',
  'strategy_rows',
  'total_artifacts',
  'status',
];
const SNIPPET = 'README_SNIPPET.md';
const INDEX = 'PAGES_INDEX.md';

/** What a project's pages say about a release, ready to be pasted. */
export const docsPublishPack = defineGate({
  summary: 'Make the texts that a README and the pages show about a release',
  description:
    'Red when a piece of evidence is missing or red; the texts are written all the same, and say so. The evidence called release_gate, connector_badges and artifact_index is shown with what it holds.',
  input: z.strictObject({
    release: z.string().describe('The release.'),
    ...attachInput,
    output_dir: folderInput('.dpone/docs-publish'),
  }),
  artifact: 'docs_publish_pack',
  example: { release: 'v1.0.0', artifact: { release_gate: '.dpone/releases/latest/release_gate.json' } },
  evaluate: async (input, ctx) => {
    const attached = await attach(ctx, input, SUMMARY);
    const folder = plainPath(input.output_dir);
    return {
      schema_version: 'dpone.ops.docs_publish_pack.v1',
      release: input.release,
      passed: attached.blockers.length === 0,
      blockers: attached.blockers,
      warnings: attached.silent,
      output_dir: folder,
      readme_snippet_path: below(folder, SNIPPET),
      pages_index_path: below(folder, INDEX),
      ...shownOf(attached),
      sections: attached.items,
    };
  },
  files: (report): OutputFile[] => [
    { path: SNIPPET, text: snippet(report) },
    { path: INDEX, text: index(report) },
  ],
  view: {
    title: 'docs publish pack',
    facts: ['release', 'passed', 'readme_snippet_path', 'pages_index_path'],
    tables: [itemsTable('sections', 'section')],
    runbook: [
      'Mend the evidence that a blocker names, and make the pack again.',
      'Read both texts before they are published: they go to people who see nothing else.',
      'Paste the snippet between its two markers, and build the pages with links checked.',
    ],
  },
});

interface Shown {
  readonly gate: 'passing' | 'blocked' | null;
  readonly badges: readonly { readonly connector: string; readonly badge: string }[];
  readonly total_artifacts: number | null;
}

/** What the well-known pieces of evidence have to show. */
function shownOf({ evidence }: Attached): Shown {
  const named = (name: string) => evidence.find((one) => one.name === name);
  const gate = named('release_gate');
  const entries: unknown = named('connector_badges')?.value['entries'];
  const total: unknown = named('artifact_index')?.value['total_artifacts'];
  const text = (value: unknown): string => (typeof value === 'string' ? value : '-');
  return {
    gate: gate === undefined || Object.keys(gate.value).length === 0 ? null : gate.passed ? 'passing' : 'blocked',
    badges: (Array.isArray(entries) ? (entries as unknown[]) : [])
      .filter(isJsonObject)
      .map((entry) => ({ connector: text(entry['connector']), badge: text(entry['badge']) })),
    total_artifacts: typeof total === 'number' ? total : null,
  };
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

function snippet({ release, gate, badges }: Shown & { readonly release: string }): string {
  const rows = badges.map(({ connector, badge }) => [connector, badge]);
  const parts = [
    '<!-- dpone-ops-readme-snippet:start -->',
    `### dpone ${oneLine(release)}`,
    ...(gate === null ? [] : [`Release gate: **${gate}**`]),
    ...(rows.length === 0 ? [] : [table(['connector', 'badge'], rows)]),
    '<!-- dpone-ops-readme-snippet:end -->',
  ];
  return `${parts.join('\n\n')}\n`;
}

const index = (report: Shown & { readonly release: string; readonly sections: readonly Item[] }): string =>
  pageMarkdown({
    title: `dpone operations of ${report.release}`,
    facts: [['Release', report.release]],
    sections: [
      {
        head: ['section', 'status', 'path'],
        rows: report.sections.map(({ name, passed, path }) => [name, passed, path]),
      },
      ...(report.total_artifacts === null ? [] : [{ text: `Artifacts in the index: ${report.total_artifacts}` }]),
    ],
  });
