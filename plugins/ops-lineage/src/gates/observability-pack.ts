import { below, byName, defineGate, fail, folderInput, plainPath } from '@dpone/sdk';
import { stringify } from 'yaml';
import { z } from 'zod';

const input = z.strictObject({
  service_name: z.string().min(1).default('dpone').describe('The service that the alerts are of.'),
  dashboard_title: z.string().min(1).default('dpone runtime').describe('The dashboard’s title.'),
  alert: z
    .record(z.string(), z.string())
    .default({})
    .describe('An alert, METRIC.max=NUMBER or METRIC.min=NUMBER; repeatable.'),
  output_dir: folderInput('.dpone/observability-pack/latest'),
});

/** A Grafana dashboard and Prometheus alerts over the metrics that `observability metrics-export` writes. */
export const observabilityPack = defineGate({
  summary: 'Write a Grafana dashboard and Prometheus alerts',
  description: 'Always green: it renders templates.',
  input,
  example: { service_name: 'orders', alert: { 'dpone_freshness_lag_seconds.max': '900' } },
  evaluate: (given) => {
    const folder = plainPath(given.output_dir);
    return {
      schema_version: 'dpone.ops.observability_pack.v1',
      passed: true,
      blockers: [],
      output_dir: folder,
      service_name: given.service_name,
      grafana_dashboard_path: below(folder, 'grafana_dashboard.json'),
      prometheus_alerts_path: below(folder, 'prometheus_alerts.yml'),
      json_path: below(folder, 'observability_pack.json'),
      markdown_path: below(folder, 'observability_pack.md'),
      dashboard: dashboard(given.dashboard_title),
      alerts: alertRules(
        given.service_name,
        Object.entries(given.alert).map(([key, value]) => threshold(key, value)),
      ),
    };
  },
  artifact: 'observability_pack',
  artifactJson: ({ dashboard: _dashboard, alerts: _alerts, ...report }) => report,
  stdout: ({ dashboard: _dashboard, alerts: _alerts, ...report }) => report,
  files: (report) => [
    { path: 'grafana_dashboard.json', json: report.dashboard },
    { path: 'prometheus_alerts.yml', text: stringify(report.alerts, { lineWidth: 0 }) },
  ],
  view: {
    title: 'observability pack',
    facts: ['service_name', 'passed', 'grafana_dashboard_path', 'prometheus_alerts_path'],
    sections: ({ alerts }) => [
      {
        heading: 'Alerts',
        head: ['alert', 'expression', 'for', 'severity'],
        rows: alerts.groups.flatMap(({ rules }) => rules.map((r) => [r.alert, r.expr, r.for, r.labels.severity])),
      },
    ],
    runbook: [
      'Import grafana_dashboard.json in Grafana (Dashboards, New, Import) and choose the Prometheus data source.',
      'Name prometheus_alerts.yml under rule_files of Prometheus; promtool check rules tells whether it is taken.',
      'Let dpone observability metrics-export run after each load, so that the metrics are there.',
    ],
  },
});

const PANELS = [
  ['Rows processed', 'sum(rate(dpone_extracted_rows[5m]))'],
  ['Runtime seconds', 'avg(dpone_duration_seconds)'],
  ['Errors and warnings', 'sum(dpone_error_count) + sum(dpone_warning_count)'],
  ['State and CDC lag', 'max(dpone_freshness_lag_seconds)'],
] as const;

/** https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
const dashboard = (title: string) => ({
  title,
  schemaVersion: 39,
  timezone: 'utc',
  refresh: '30s',
  tags: ['dpone', 'elt', 'runtime'],
  panels: PANELS.map(([name, expr], i) => ({
    id: i + 1,
    title: name,
    type: 'timeseries',
    targets: [{ expr, legendFormat: name }],
    gridPos: { h: 8, w: 12, x: (i % 2) * 12, y: Math.floor(i / 2) * 8 },
  })),
});

interface Threshold {
  readonly metric: string;
  readonly bound: 'max' | 'min';
  readonly value: number;
}

function threshold(key: string, text: string): Threshold {
  const [, metric, bound] = /^([A-Za-z_:][A-Za-z0-9_:]*)\.(max|min)$/.exec(key) ?? [];
  if (metric === undefined)
    throw fail('DPONE_USAGE', `--alert is METRIC.max=NUMBER or METRIC.min=NUMBER, this is "${key}".`);
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw fail('DPONE_USAGE', `--alert ${key}: this is no number.`);
  return { metric, bound: bound as 'max' | 'min', value };
}

const titleCase = (metric: string): string =>
  metric
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
function alertRules(service: string, thresholds: readonly Threshold[]) {
  const rule = (alert: string, expr: string, wait: string, severity: string, summary: string) => ({
    alert,
    expr,
    for: wait,
    labels: { severity },
    annotations: { summary },
  });
  const both = new Set(
    thresholds.filter(({ metric, bound }) => bound === 'min' && has(thresholds, metric, 'max')).map((t) => t.metric),
  );
  const sorted = [...thresholds].sort((a, b) => byName(`${a.metric} ${a.bound}`, `${b.metric} ${b.bound}`));
  return {
    groups: [
      {
        name: `${service}-dpone-runtime`,
        rules: [
          rule('DponeRunFailed', 'dpone_run_passed == 0', '1m', 'critical', 'A run of dpone did not pass.'),
          ...sorted.map(({ metric, bound, value }) =>
            rule(
              // Two rules of one metric need two names.
              `${titleCase(metric)}${both.has(metric) && bound === 'min' ? 'Lower' : ''}Threshold`,
              `${metric} ${bound === 'max' ? '>' : '<'} ${value}`,
              '5m',
              'warning',
              `${metric} is ${bound === 'max' ? 'above' : 'below'} ${value}.`,
            ),
          ),
        ],
      },
    ],
  };
}

const has = (thresholds: readonly Threshold[], metric: string, bound: 'max' | 'min'): boolean =>
  thresholds.some((t) => t.metric === metric && t.bound === bound);
