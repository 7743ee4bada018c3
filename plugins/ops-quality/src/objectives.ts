import { fail, isJsonObject, type ExactJson } from '@dpone/sdk';
import { compareMeasurements, measurementOf, type Measurement } from './measurement.js';

/** One rule of an objective, judged. */
export interface ObjectiveResult {
  readonly code: string;
  readonly metric: string;
  readonly operator: 'max' | 'min' | 'present' | 'pass';
  readonly actual: Measurement;
  readonly objective: Measurement;
  readonly passed: boolean;
  readonly severity: 'pass' | 'fail';
  readonly action: string;
}

const RULES = ['max', 'min'] as const;
type Rule = (typeof RULES)[number];

/** What to do by what the metric's name says; the first that matches. */
const ACTIONS: readonly (readonly [words: RegExp, action: string])[] = [
  [/freshness/, 'Run more often, or find out why the state stands still or the source is late.'],
  [/throughput/, 'Look at partitions, lanes and batch sizes, and at what the target waits for.'],
  [/latency/, 'Find the slowest step: locks of the target, pauses between retries, finalization.'],
  [/failure|retry/, 'Look at the errors of the connectors and at limits of the target before retries are raised.'],
];

function actionFor(metric: string, operator: string, passed: boolean): string {
  if (passed) return 'Nothing to do.';
  const [, action] = ACTIONS.find(([words]) => words.test(metric.toLowerCase())) ?? [];
  if (action !== undefined) return action;
  return operator === 'min' ? 'Find out what makes it fall short.' : 'Find out what drives it up.';
}

const result = (
  metric: string,
  operator: ObjectiveResult['operator'],
  actual: Measurement,
  objective: Measurement,
  passed: boolean,
): ObjectiveResult => ({
  code: metric === '*' ? 'slo.no_objectives' : `slo.${metric}.${operator === 'present' ? 'missing' : operator}`,
  metric,
  operator,
  actual,
  objective,
  passed,
  severity: passed ? 'pass' : 'fail',
  action: actionFor(metric, operator, passed),
});

/** Holds metrics against objectives (`{max, min}`, or a number, which is a maximum), in the order given; bounds are inclusive. */
export function judgeObjectives(
  metrics: ReadonlyMap<string, Measurement>,
  objectives: Readonly<Record<string, ExactJson>>,
): ObjectiveResult[] {
  const results = Object.entries(objectives).flatMap(([metric, objective]) => {
    const bounds = boundsOf(metric, objective);
    const actual = metrics.get(metric);
    if (actual === undefined) return [result(metric, 'present', 0, 1, false)];
    return bounds.map(([rule, bound]) => {
      const order = compareMeasurements(actual, bound);
      return result(metric, rule, actual, bound, rule === 'max' ? order <= 0 : order >= 0);
    });
  });
  return results.length > 0 ? results : [result('*', 'pass', 0, 0, true)];
}

/** The rules of one objective. A misspelt word would leave nothing to hold, and so would be green. */
function boundsOf(metric: string, objective: ExactJson): [Rule, Measurement][] {
  const wrong = (what: string): Error =>
    fail('DPONE_INPUT_INVALID', `The objective of ${metric} ${what}.`, {
      where: '--objectives-json',
      remedy: 'Give a number, or an object with max, min, or both.',
    });
  if (!isJsonObject(objective)) {
    const bound = measurementOf(objective);
    if (bound === undefined) throw wrong('is no number');
    return [['max', bound]];
  }
  const unknown = Object.keys(objective).find((word) => !RULES.includes(word as Rule));
  if (unknown !== undefined) throw wrong(`says "${unknown}", which is no rule`);
  const given = RULES.filter((rule) => rule in objective);
  if (given.length === 0) throw wrong('has neither max nor min');
  return given.map((rule) => {
    const bound = measurementOf(objective[rule]);
    if (bound === undefined) throw wrong(`has a ${rule} that is no number`);
    return [rule, bound];
  });
}

/** Blockers of results: the codes of those that are red. */
export const redCodes = (results: readonly { readonly code: string; readonly passed: boolean }[]): string[] =>
  results.filter(({ passed }) => !passed).map(({ code }) => code);
