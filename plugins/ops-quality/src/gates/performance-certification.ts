import { below, defineGate, fail, folderInput, isoTimestamp, jsonInput, plainPath, type ExactJson } from '@dpone/sdk';
import { z } from 'zod';
import { metricsInput } from '../inputs.js';
import { compareMeasurements, jsonObject, measurementOf, measurementsOf, type Measurement } from '../measurement.js';

/** A metric held against a threshold. */
export interface Held {
  readonly metric: string;
  readonly value: Measurement | null;
  readonly rule: 'min' | 'max';
  readonly threshold: Measurement;
  readonly passed: boolean;
  readonly blocker: string | null;
}

const MAX_ROWS = 100_000;
const thresholds = (which: string) =>
  jsonInput(jsonObject, `The ${which} of each metric, as a JSON object of names and numbers.`).default({});

/** Measurements of a run held against the least and the most that is asked. */
export const performanceCertification = defineGate({
  summary: 'Certify measurements against minimums and maximums',
  description:
    'Red when a metric is not measured, is no number, is below its minimum or above its maximum. A gate without any threshold certifies nothing and is refused.',
  input: z.strictObject({
    metrics_json: metricsInput(),
    minimum_json: thresholds('least'),
    maximum_json: thresholds('most'),
    profile: z.string().default('real_local').describe('The profile that was measured; only echoed.'),
    row_count: z.int().default(10_000).describe('Rows of the measured run, from 1 to 100000; only echoed.'),
    output_dir: folderInput('.dpone/performance-certification/latest'),
  }),
  artifact: 'performance_certification',
  example: {
    metrics_json: '{"throughput_rows_per_second": 1000}',
    minimum_json: '{"throughput_rows_per_second": 500}',
  },
  evaluate: ({ metrics_json, minimum_json, maximum_json, profile, row_count, output_dir }, ctx) => {
    const results = [
      ...held(metrics_json, minimum_json, 'min', '--minimum-json'),
      ...held(metrics_json, maximum_json, 'max', '--maximum-json'),
    ];
    if (results.length === 0)
      throw fail('DPONE_INPUT_INVALID', 'There is no threshold: nothing would be certified.', {
        where: '--minimum-json, --maximum-json',
      });
    const blockers = results.flatMap(({ blocker }) => (blocker === null ? [] : [blocker]));
    const folder = plainPath(output_dir);
    return {
      schema_version: 'dpone.ops.performance_certification.v1',
      profile,
      row_count: Math.min(MAX_ROWS, Math.max(1, row_count)),
      passed: blockers.length === 0,
      generated_at: isoTimestamp(ctx.clock.now()),
      blockers,
      results,
      output_dir: folder,
      json_path: below(folder, 'performance_certification.json'),
      markdown_path: below(folder, 'performance_certification.md'),
    };
  },
  view: {
    title: 'performance certification',
    facts: ['profile', 'row_count', 'passed', 'generated_at'],
    tables: [
      {
        of: 'results',
        columns: { metric: 'metric', value: 'value', rule: 'rule', threshold: 'threshold', status: 'passed' },
      },
    ],
    runbook: [
      'Look at the metric that is out of bounds, and whether it was measured at all.',
      'Measure again on a quiet machine with the same profile and rows.',
      'Lower no threshold without a reason that is written down and reviewed.',
    ],
  },
});

const held = (
  metrics: Readonly<Record<string, ExactJson>>,
  asked: Readonly<Record<string, ExactJson>>,
  rule: Held['rule'],
  flag: string,
): Held[] =>
  [...measurementsOf(asked, flag)].map(([metric, threshold]) => {
    const value = Object.hasOwn(metrics, metric) ? measurementOf(metrics[metric]) : undefined;
    const order = value === undefined ? NaN : compareMeasurements(value, threshold);
    const passed = rule === 'min' ? order >= 0 : order <= 0;
    const blocker = passed ? null : `${metric}.${rule === 'min' ? 'below_min' : 'above_max'}`;
    return { metric, value: value ?? null, rule, threshold, passed, blocker };
  });
