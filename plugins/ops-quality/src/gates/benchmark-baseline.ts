import { defineGate, folderInput, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { judgeBaseline } from '../baseline.js';
import { baselineInput, metricsInput } from '../inputs.js';

/** How much worse than its baseline a metric may be. */
export const ratioInput = () =>
  z.number().default(0.1).describe('How much worse a metric may be, as a part of its baseline; below 0 counts as 0.');

/** Whether a benchmark got worse since its baseline. */
export const benchmarkBaseline = defineGate({
  summary: 'Hold a benchmark against its baseline',
  description:
    'Red when a metric of the baseline was not measured, or is worse than the baseline by more than the allowed part. Metrics without a baseline are left alone; an empty baseline is refused.',
  input: z.strictObject({
    metrics_json: metricsInput(),
    baseline_json: baselineInput(),
    allowed_regression_ratio: ratioInput(),
    output_dir: folderInput('.dpone/benchmarks/latest'),
  }),
  artifact: 'benchmark_baseline',
  example: {
    metrics_json: '{"throughput_rows_per_second": 95000}',
    baseline_json: '{"throughput_rows_per_second": {"value": 100000, "direction": "higher"}}',
  },
  evaluate: ({ metrics_json, baseline_json, allowed_regression_ratio, output_dir }) => {
    const { items, blockers, warnings } = judgeBaseline(metrics_json, baseline_json, allowed_regression_ratio);
    return {
      schema_version: 'dpone.ops.benchmark_baseline.v1',
      passed: blockers.length === 0,
      blockers,
      warnings,
      allowed_regression_ratio,
      items,
      output_dir: plainPath(output_dir),
    };
  },
  view: {
    title: 'benchmark baseline',
    facts: ['passed', 'allowed_regression_ratio'],
    tables: [
      {
        of: 'items',
        columns: {
          metric: 'metric',
          direction: 'direction',
          actual: 'actual',
          baseline: 'baseline',
          threshold: 'allowed_threshold',
          status: 'passed',
          action: 'action',
        },
      },
    ],
    runbook: [
      'Repeat the benchmark on the same machine with the same rows and versions; one slow run proves little.',
      'Compare what changed: lanes, partitions, batch sizes, versions of source and target, load of the machine.',
      'Move the baseline only with a reason that somebody else has read.',
    ],
  },
});
