import type { ListedCheck, PlanResult } from '@dpone/engine';
import { count } from './units.js';
import { wrap } from './wrap.js';

interface Side {
  readonly type: string;
  readonly table: { readonly schema: string | null; readonly name: string } | null;
}

const sideText = ({ type, table }: Side): string =>
  table === null ? type : `${type} ${table.schema === null ? '' : `${table.schema}.`}${table.name}`;

/** What the load will be held against, a rule a line. */
function qualityFacts(plan: PlanResult): [string, string][] {
  const { checks } = plan['quality'] as { checks: readonly ListedCheck[] };
  return checks.map(({ id, on, verdict, reason }, i): [string, string] => {
    const known =
      verdict === undefined ? '' : `, ${verdict.replaceAll('_', ' ')}${reason === undefined ? '' : `: ${reason}`}`;
    return [i === 0 ? 'quality' : '', `${id} (${on})${known}`];
  });
}

interface Chunks {
  readonly parallel_workers: number;
  readonly chunks: readonly { readonly chunk: number; readonly from: string | number; readonly to: string | number }[];
}

/** Of many chunks these many are shown at the beginning, and the last one. */
const SHOWN = 5;

/** The chunks of a backfill, a line each; the rest of the plan is that of the first. */
function chunkFacts(plan: PlanResult): [string, string][] {
  const backfill = plan['backfill'] as Chunks | undefined;
  if (backfill === undefined) return [];
  const { chunks, parallel_workers: workers } = backfill;
  const line = ({ chunk, from, to }: Chunks['chunks'][number]): [string, string] => [
    '',
    `${chunk}: ${from} to before ${to}`,
  ];
  const some = chunks.length <= SHOWN + 2 ? chunks : chunks.slice(0, SHOWN);
  return [
    [
      'chunks',
      `${chunks.length}, ${workers === 1 ? 'one after the other' : `${workers} at once`}; this is the plan of the first`,
    ],
    ...some.map(line),
    ...(some.length < chunks.length ? ([['', '...'], line(chunks.at(-1)!)] as [string, string][]) : []),
  ];
}

/** A plan for people: what is moved how, why not cheaper, what changes, the statements. */
export function planText(plan: PlanResult, format: string): string {
  const strategy = plan['strategy'] as {
    mode: string;
    unique_key: readonly string[];
    reasons?: readonly string[];
    chosen?: { message: string } | null;
  };
  const rows = plan['estimated_rows'] as number | null | undefined;
  const { lane } = plan;
  const codec = lane.codec === null ? '' : `, through a codec to ${lane.codec}`;
  const facts: [string, string][] = [
    ['from', sideText(plan['source'] as Side)],
    ['to', sideText(plan['sink'] as Side)],
    ['strategy', strategy.mode + (strategy.unique_key.length > 0 ? ` by ${strategy.unique_key.join(', ')}` : '')],
    ...(strategy.chosen ? [['', `chosen by mode: auto: ${strategy.chosen.message}`] as [string, string]] : []),
    ...(strategy.reasons ?? []).map((reason): [string, string] => ['', reason]),
    ['lane', `${lane.id}, ${lane.remote === true ? 'remote ' : ''}${lane.transport}${codec}`],
    ...lane.refused.map((refused): [string, string] => ['', `not ${refused.lane}: ${refused.reason}`]),
    ['rows', rows === null || rows === undefined ? 'not known before the read' : `about ${count(rows)}`],
    ...(plan.schema_changes.length === 0 ? ['no change'] : plan.schema_changes).map((change, i): [string, string] => [
      i === 0 ? 'schema' : '',
      change,
    ]),
    ...qualityFacts(plan),
    ...chunkFacts(plan),
  ];
  const statements = plan.statements.map((statement) => `${statement.trimEnd().replace(/;$/, '')};`);
  if (format === 'md')
    return [
      `## ${plan.process}`,
      '',
      '| | |',
      '|---|---|',
      ...facts.map(([name, value]) => `| ${name} | ${value} |`),
      ...plan.warnings.map((warning) => `\nWarning: ${warning}`),
      '',
      '```sql',
      ...statements,
      '```',
    ].join('\n');
  return [
    `${plan.process}: this is what a run would do`,
    ...facts.map(([name, value]) => `  ${name.padEnd(10)}${wrap(value, 80, ' '.repeat(12)).trimStart()}`),
    ...plan.warnings.map((warning) => wrap(`warning: ${warning}`, 80, '  ')),
    '  statements',
    ...statements.flatMap((statement) => statement.split('\n').map((line) => `    ${line}`)),
  ].join('\n');
}
