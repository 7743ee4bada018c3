import { fail, isJsonObject, type ExactJson } from '@dpone/sdk';
import { compareMeasurements, measurementOf, measurementsOf, type Measurement } from './measurement.js';

/** A metric held against what it was. */
export interface BaselineItem {
  readonly metric: string;
  readonly direction: 'higher' | 'lower';
  /** Null where it was not measured, which is red. */
  readonly actual: Measurement | null;
  readonly baseline: Measurement;
  readonly allowed_regression_ratio: number;
  readonly allowed_threshold: number;
  readonly passed: boolean;
  readonly action: string;
}

export interface BaselineVerdict {
  readonly items: readonly BaselineItem[];
  readonly blockers: readonly string[];
  readonly warnings: readonly string[];
}

interface Baseline {
  readonly value: Measurement;
  readonly direction: 'higher' | 'lower';
  readonly warnings: readonly string[];
}

/** Holds measurements against a baseline, by name; a metric without a baseline is no one's business here. */
export function judgeBaseline(
  metrics: Readonly<Record<string, ExactJson>>,
  baseline: Readonly<Record<string, ExactJson>>,
  ratio: number,
): BaselineVerdict {
  const measured = measurementsOf(metrics, '--metrics-json');
  const names = Object.keys(baseline).sort();
  if (names.length === 0)
    throw fail('DPONE_INPUT_INVALID', 'The baseline is empty: there is nothing to hold the measurements against.', {
      where: '--baseline-json',
    });
  const warnings: string[] = [];
  const items = names.map((metric): BaselineItem => {
    const { value, direction, warnings: odd } = baselineOf(metric, baseline[metric]!);
    warnings.push(...odd);
    const part = Math.max(0, ratio);
    const threshold = Number(value) * (direction === 'higher' ? 1 - part : 1 + part);
    const actual = measured.get(metric);
    const order = actual === undefined ? NaN : compareMeasurements(actual, threshold);
    const passed = direction === 'higher' ? order >= 0 : order <= 0;
    return {
      metric,
      direction,
      actual: actual ?? null,
      baseline: value,
      allowed_regression_ratio: ratio,
      allowed_threshold: threshold,
      passed,
      action: actionFor(passed, actual === undefined, direction),
    };
  });
  const red = items.filter(({ passed }) => !passed);
  const blockers = red.map(({ metric, actual }) => `${metric}.${actual === null ? 'missing' : 'regression'}`);
  return { items, blockers, warnings };
}

const actionFor = (passed: boolean, missing: boolean, direction: string): string =>
  passed
    ? 'Nothing to do.'
    : missing
      ? 'Measure it: a metric of the baseline must be there.'
      : `Repeat the benchmark; then find what made it ${direction === 'higher' ? 'slower' : 'grow'} before the baseline is moved.`;

/** A number, where higher is better, or `{value, direction}`. What is left out or not understood is named in a warning. */
function baselineOf(metric: string, given: ExactJson): Baseline {
  const wrong = (what: string): Error =>
    fail('DPONE_INPUT_INVALID', `The baseline of ${metric} is ${what}.`, { where: '--baseline-json' });
  if (!isJsonObject(given)) {
    const value = measurementOf(given);
    if (value === undefined || !Number.isFinite(Number(value))) throw wrong('no number');
    return { value, direction: 'higher', warnings: [] };
  }
  const value = measurementOf(given['value'] ?? 0);
  if (value === undefined || !Number.isFinite(Number(value))) throw wrong('no number');
  const direction = given['direction'] ?? 'higher';
  return {
    value,
    direction: direction === 'lower' ? 'lower' : 'higher',
    warnings: [
      ...('value' in given ? [] : [`${metric}.baseline_is_zero`]),
      ...(direction === 'lower' || direction === 'higher' ? [] : [`${metric}.direction_is_higher`]),
    ],
  };
}
