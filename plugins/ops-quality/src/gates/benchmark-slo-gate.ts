import { below, defineGate, folderInput, pageMarkdown, pageOf, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { baselineInput, metricsInput, objectivesInput } from '../inputs.js';
import { measurementsOf } from '../measurement.js';
import { judgeObjectives, redCodes } from '../objectives.js';
import { benchmarkBaseline, ratioInput } from './benchmark-baseline.js';
import { sloEvaluate } from './slo-evaluate.js';

const FOLDER = 'benchmark';
const benchmarkPage = (report: Parameters<NonNullable<typeof benchmarkBaseline.text>>[0]): string =>
  pageMarkdown(pageOf(benchmarkBaseline.view, report));

/** A benchmark against its baseline and against its objectives, in one verdict. */
export const benchmarkSloGate = defineGate({
  summary: 'Hold a benchmark against its baseline and its objectives',
  description:
    'Red when benchmark-baseline or slo-evaluate is red on the same measurements. Writes the report of the benchmark into the folder benchmark, too.',
  input: z.strictObject({
    metrics_json: metricsInput(),
    baseline_json: baselineInput(),
    objectives_json: objectivesInput(),
    allowed_regression_ratio: ratioInput(),
    output_dir: folderInput('.dpone/benchmark-slo/latest'),
  }),
  artifact: 'benchmark_slo_gate',
  example: {
    metrics_json: '{"throughput_rows_per_second": 120000, "failure_rate": 0}',
    baseline_json: '{"throughput_rows_per_second": 100000}',
    objectives_json: '{"failure_rate": {"max": 0}}',
  },
  evaluate: async ({ objectives_json, ...input }, ctx) => {
    const folder = plainPath(input.output_dir);
    const benchmark = await benchmarkBaseline.evaluate({ ...input, output_dir: below(folder, FOLDER) }, ctx);
    const results = judgeObjectives(measurementsOf(input.metrics_json, '--metrics-json'), objectives_json);
    const slo = { passed: redCodes(results).length === 0, results };
    const blockers = [
      ...(benchmark.passed ? [] : ['benchmark_baseline.not_passed']),
      ...(slo.passed ? [] : ['slo.not_passed']),
    ];
    return {
      schema_version: 'dpone.ops.benchmark_slo_gate.v1',
      passed: blockers.length === 0,
      benchmark_passed: benchmark.passed,
      slo_passed: slo.passed,
      metric_count: Object.keys(input.metrics_json).length,
      blockers,
      warnings: benchmark.warnings,
      benchmark,
      slo,
      output_dir: folder,
      json_path: below(folder, 'benchmark_slo_gate.json'),
      markdown_path: below(folder, 'benchmark_slo_gate.md'),
    };
  },
  files: ({ benchmark }) => [
    { path: `${FOLDER}/benchmark_baseline.json`, json: benchmark },
    { path: `${FOLDER}/benchmark_baseline.md`, text: benchmarkPage(benchmark) },
  ],
  view: {
    title: 'benchmark and SLO gate',
    facts: ['passed', 'benchmark_passed', 'slo_passed', 'metric_count'],
    sections: ({ benchmark, slo }) => [
      ...titled('Benchmark', pageOf(benchmarkBaseline.view, benchmark).sections.slice(0, 1)),
      ...titled('Objectives', pageOf(sloEvaluate.view, { ...benchmark, ...slo, blockers: [] }).sections.slice(0, 1)),
    ],
    runbook: [
      'Where the benchmark is red, follow its own page below benchmark/; where an objective is, the action in its row.',
      'Measure again with the same profile; both must be green on one set of measurements.',
    ],
  },
});

const titled = <T extends object>(heading: string, sections: readonly T[]): (T & { heading: string })[] =>
  sections.map((section) => ({ ...section, heading }));
