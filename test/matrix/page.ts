import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { typeName } from '@dpone/sdk';
import { COLUMNS } from './fixture.js';
import { readGolden, type SourceGolden } from './golden.js';
import type { PairPlan } from './plan-pair.js';

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  row(head),
  row(head.map(() => '---')),
  ...rows.map(row),
  '',
];
const code = (text: string): string => `\`${text}\``;
const typeOfColumn = new Map(COLUMNS.map((c) => [c.name, typeName(c.type)]));
const types = (columns: readonly string[]): string => columns.map((name) => code(typeOfColumn.get(name)!)).join(', ');

const PAGE = fileURLToPath(new URL('../../../docs/specs/square.md', import.meta.url));
const MARK = '<!-- tables -->';

export const pageIs = (): string => readFileSync(PAGE, 'utf8');

/** The page's own introduction, and tables that are made of the golden files alone. */
export const pageShouldBe = (systems: readonly string[]): string =>
  `${[pageIs().split(MARK)[0]!.trimEnd(), '', MARK, '', ...squareTables(systems)].join('\n').trimEnd()}\n`;

export const writePage = (systems: readonly string[]): void => writeFileSync(PAGE, pageShouldBe(systems));

function squareTables(systems: readonly string[]): string[] {
  const sources = systems.flatMap((id) => readGolden(id) ?? []);
  return [...lanes(sources, systems), ...strategies(sources, systems), ...targetTypes(sources, systems)];
}

const pairOf = (source: SourceGolden, sink: string): PairPlan | undefined => source.sinks[sink];

function lanes(sources: readonly SourceGolden[], sinks: readonly string[]): string[] {
  const notes: string[][] = [];
  const rows = sources.map((source) => [
    `**${source.source}**`,
    ...sinks.map((sink) => {
      const pair = pairOf(source, sink);
      if (pair === undefined) return '-';
      if (pair.cheapest_without.length > 0)
        notes.push([`${source.source} -> ${sink}`, types(pair.cheapest_without), code(pair.lane)]);
      return code(pair.cheapest_lane);
    }),
  ]);
  return [
    '## Lanes',
    '',
    'The cheapest lane of each pair. Sources are rows, sinks are columns.',
    '',
    ...table(['', ...sinks], rows),
    'Columns of these types have no place on that lane: a table that has some of them travels another way, and one that',
    'has them all by the last column.',
    '',
    ...table(['pair', 'types', 'all at once'], notes),
  ];
}

function strategies(sources: readonly SourceGolden[], sinks: readonly string[]): string[] {
  const plans = sources.flatMap((source) => Object.values(source.sinks));
  const modes = [...new Set(plans.flatMap((plan) => Object.keys(plan.strategies)))];
  const rows = sinks.map((sink) => [
    `**${sink}**`,
    ...modes.map((mode) => {
      const outcomes = sources.flatMap(({ source, sinks: pairs }) => {
        const said = pairs[sink]?.strategies[mode];
        return said === undefined ? [] : [{ source, refused: typeof said === 'string' ? said : undefined }];
      });
      if (outcomes.length === 0) return '';
      const from = outcomes.filter((one) => one.refused === undefined).map((one) => one.source);
      if (from.length === sources.length) return 'from every source';
      return from.length > 0 ? `from ${from.join(', ')}` : 'refused';
    }),
  ]);
  const about = [
    'The sources that each is loaded from. `cdc_apply` reads Postgres by its log, and elsewhere events that the source holds',
    'as rows. `partition_replace` and `scd2` read of Kafka, objects and files what is new, of tables everything.',
    '`snapshot_diff` reads a topic that was cleared and written anew: in one that grows a key stands more than once, which is',
    'refused. `xmin` is of Postgres alone, and `backfill` has tests of its own.',
  ];
  return ['## Strategies', '', ...about, '', ...table(['into', ...modes.map(code)], rows)];
}

function targetTypes(sources: readonly SourceGolden[], sinks: readonly string[]): string[] {
  const refusals: string[][] = [];
  const rows = COLUMNS.map(({ name }) => [
    code(typeOfColumn.get(name)!),
    ...sinks.map((sink) => {
      const pairs = sources.flatMap((source) => pairOf(source, sink) ?? []);
      // Quotes around names would end the code that a cell is.
      const made = new Set(pairs.flatMap((pair) => pair.columns[name]?.split(' -> ')[1]?.replaceAll('`', '') ?? []));
      const refused = new Set(
        pairs.flatMap((pair) => pair.refused_columns[name] ?? []).map((said) => reason(said, name)),
      );
      for (const why of refused) refusals.push([sink, code(typeOfColumn.get(name)!), why]);
      return made.size > 0 ? [...made].map(code).join(', ') : refused.size > 0 ? 'refused' : '-';
    }),
  ]);
  return [
    '## Types',
    '',
    'What a type becomes in a table that a load makes: more than one where sources say more of the column than its type.',
    '',
    ...table(['type', ...sinks], rows),
    'What is refused, and what the plan says:',
    '',
    ...table(['into', 'type', 'because'], refusals),
  ];
}

/** The reason alone: what stands behind the column's name. */
const reason = (said: string, column: string): string => said.slice(said.indexOf(`${column}: `) + column.length + 2);
