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
    ...(plan.schema_changes.length === 0 ? ['none'] : plan.schema_changes).map((change, i): [string, string] => [
      i === 0 ? 'schema' : '',
      change,
    ]),
    ...qualityFacts(plan),
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
