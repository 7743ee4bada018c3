import { defineGate } from '@dpone/sdk';
import { z } from 'zod';
import { metricsInput, objectivesInput } from '../inputs.js';
import { measurementsOf } from '../measurement.js';
import { judgeObjectives, redCodes } from '../objectives.js';

/** Holds the measurements of a run or a release against its objectives. */
export const sloEvaluate = defineGate({
  summary: 'Hold measurements against service level objectives',
  description:
    'Red when a metric is not measured, is no number, or is beyond its bound; bounds are inclusive and numbers are compared exactly. No objectives at all are green and said so. A word other than max and min is refused. Writes no files.',
  input: z.strictObject({ metrics_json: metricsInput(), objectives_json: objectivesInput() }),
  example: {
    metrics_json: '{"freshness_lag_seconds": 120}',
    objectives_json: '{"freshness_lag_seconds": {"max": 300}}',
  },
  evaluate: ({ metrics_json, objectives_json }) => {
    const results = judgeObjectives(measurementsOf(metrics_json, '--metrics-json'), objectives_json);
    const blockers = redCodes(results);
    return { schema_version: 'dpone.ops.slo_evaluation.v1', passed: blockers.length === 0, blockers, results };
  },
  view: {
    title: 'SLO evaluation',
    facts: ['passed'],
    tables: [
      {
        of: 'results',
        columns: {
          metric: 'metric',
          rule: 'operator',
          actual: 'actual',
          objective: 'objective',
          status: 'passed',
          action: 'action',
        },
      },
    ],
    runbook: [
      'Take the first metric that failed, and what its row says.',
      'Repeat the same work and measure it again; change no objective to get a green one.',
      'Keep this report beside the evidence of the release.',
    ],
  },
});
