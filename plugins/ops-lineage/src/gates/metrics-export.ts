import { createHash } from 'node:crypto';
import { below, defineGate, fail, folderInput, isoTimestamp, plainPath, readEvidence, stableJson } from '@dpone/sdk';
import { z } from 'zod';
import { customMetric, prometheusText, runMetrics, type Metric } from '@dpone/sdk/observability';
import { otlpMetrics } from '../opentelemetry.js';

const named = (description: string) => z.record(z.string(), z.string()).default({}).describe(description);

const input = z.strictObject({
  run_report: z.string().optional().describe('What `dpone run --format json` printed.'),
  metric: named('A measurement of your own, NAME=NUMBER; repeatable.'),
  label: named('A label of every measurement, NAME=VALUE; repeatable.'),
  resource_attr: named('An attribute of the resource (OpenTelemetry), NAME=VALUE; repeatable.'),
  service_name: z.string().default('dpone').describe('The service that the measurements are of.'),
  namespace: z.string().default('dpone.local').describe('The namespace of the service.'),
  output_dir: folderInput('.dpone/observability/latest'),
});

/** The measurements of a run for Prometheus and OpenTelemetry. A red run is exported, too: that it was red is a measurement. */
export const metricsExport = defineGate({
  summary: 'Write the metrics of a run for Prometheus and OpenTelemetry',
  description: 'Red when the report is missing or broken, or when there is nothing to export.',
  input,
  example: { run_report: 'run_result.json', label: { environment: 'prod' } },
  format: 'text',
  evaluate: async (given, ctx) => {
    const report = given.run_report === undefined ? undefined : await readReport(ctx.cwd, given.run_report);
    const metrics: Metric[] = [
      ...runMetrics(report?.value ?? {}, given.label),
      ...Object.entries(given.metric).map(([name, text]) => customMetric(name, finite(name, text), given.label)),
    ];
    const blockers = [...(report?.blockers ?? []), ...(metrics.length === 0 ? ['metrics.empty'] : [])];
    const folder = plainPath(given.output_dir);
    const moment = ctx.clock.now();
    return {
      schema_version: 'dpone.observability.runtime_metrics.v1',
      passed: blockers.length === 0,
      output_dir: folder,
      metric_count: metrics.length,
      service_name: given.service_name,
      namespace: given.namespace,
      prometheus_path: below(folder, 'prometheus_metrics.prom'),
      opentelemetry_path: below(folder, 'opentelemetry_metrics.json'),
      metrics_index_path: below(folder, 'metrics_index.json'),
      json_report_path: below(folder, 'runtime_metrics.json'),
      markdown_report_path: below(folder, 'runtime_metrics.md'),
      blockers,
      resource_attributes: given.resource_attr,
      metrics,
      moment,
    };
  },
  artifact: 'runtime_metrics',
  artifactJson: ({ moment: _moment, ...report }) => report,
  stdout: ({ moment: _moment, metrics: _metrics, ...report }) => report,
  files: ({ moment, ...report }, _input, page) => {
    const resource = {
      ...report.resource_attributes,
      'service.name': report.service_name,
      'service.namespace': report.namespace,
    };
    const files = [
      file('opentelemetry', 'opentelemetry_metrics.json', json(otlpMetrics(report.metrics, resource, moment))),
      file('prometheus', 'prometheus_metrics.prom', prometheusText(report.metrics)),
    ];
    const reports = [
      file('runtime_report', 'runtime_metrics.json', json(report)),
      file('runtime_report', 'runtime_metrics.md', page),
    ];
    const index = {
      generated_at: isoTimestamp(moment),
      output_dir: report.output_dir,
      artifacts: [...files, ...reports].map(({ type, path, text }) => ({
        artifact_type: type,
        name: path,
        path: below(report.output_dir, path),
        relative_path: path,
        description: DESCRIPTIONS[type],
        sha256: createHash('sha256').update(text).digest('hex'),
        size_bytes: Buffer.byteLength(text),
      })),
    };
    return [...files.map(({ path, text }) => ({ path, text })), { path: 'metrics_index.json', json: index }];
  },
  view: {
    title: 'runtime metrics',
    facts: ['passed', 'service_name', 'namespace', 'metric_count', 'prometheus_path', 'opentelemetry_path'],
    tables: [{ of: 'metrics', columns: { metric: 'name', value: 'value', unit: 'unit', labels: 'labels' } }],
    runbook: [
      'run_report.*: run dpone run --format json again and keep what it prints.',
      'metrics.empty: the report has no measurements; add some with --metric, or check which file was given.',
      'Let Prometheus collect prometheus_metrics.prom (textfile collector), or post opentelemetry_metrics.json to an OTLP/HTTP endpoint (/v1/metrics).',
    ],
  },
});

const DESCRIPTIONS = {
  opentelemetry: 'OTLP metrics as JSON.',
  prometheus: 'Metrics in the text format of Prometheus.',
  runtime_report: 'This report.',
} as const;

const file = (type: keyof typeof DESCRIPTIONS, path: string, text: string) => ({ type, path, text });
const json = (value: unknown): string => `${stableJson(value)}\n`;

/** The report's own verdict is not judged. */
async function readReport(cwd: string, path: string) {
  const { state, value, reason } = await readEvidence(cwd, 'run_report', path);
  const problem =
    state === 'missing'
      ? 'missing'
      : state === 'unreadable'
        ? 'invalid_json'
        : reason === 'it is not an object'
          ? 'invalid_shape'
          : null;
  return { value, blockers: problem === null ? [] : [`run_report.${problem}`] };
}

function finite(name: string, text: string): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw fail('DPONE_USAGE', `--metric ${name} is no number.`);
  return value;
}
