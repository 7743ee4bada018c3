import { isJsonObject, type JsonObject } from '../gates/artifacts.js';

/** One measurement. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string;
  readonly unit: string;
}

/** What dpone exports of a run: the names that dashboards and alerts use. */
export const RUN_METRICS = {
  dpone_extracted_rows: ['Rows read from the source.', '1'],
  dpone_inserted_rows: ['Rows inserted into the target.', '1'],
  dpone_updated_rows: ['Rows updated in the target.', '1'],
  dpone_final_rows: ['Rows in the target after the load.', '1'],
  dpone_duration_seconds: ['Duration of the load in seconds.', 's'],
  dpone_throughput_rows_per_second: ['Rows a second.', '1/s'],
  dpone_attempts: ['Attempts that were made.', '1'],
  dpone_max_attempts: ['Attempts that were allowed.', '1'],
  dpone_retry_backoff_seconds: ['Wait before the second attempt in seconds.', 's'],
  dpone_error_count: ['Errors and blockers of the run.', '1'],
  dpone_warning_count: ['Warnings of the run.', '1'],
  dpone_run_passed: ['1 where the run passed, else 0.', '1'],
  dpone_freshness_lag_seconds: ['Age of the newest loaded data in seconds.', 's'],
} as const satisfies Record<string, readonly [description: string, unit: string]>;

const OF_RESULT = [
  'extracted_rows',
  'inserted_rows',
  'updated_rows',
  'final_rows',
  'duration_seconds',
  'throughput_rows_per_second',
] as const;
const OF_REPORT = ['attempts', 'max_attempts', 'retry_backoff_seconds'] as const;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && NUMBER.test(value.trim()) ? Number(value) : value;
  return (typeof number === 'number' || typeof number === 'bigint') && Number.isFinite(Number(number))
    ? Number(number)
    : undefined;
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/** The measurements of `dpone run --format json`: of its one process, or of each. Labels of one's own win. */
export function runMetrics(report: JsonObject, labels: Readonly<Record<string, string>>): Metric[] {
  const processes = report['processes'];
  if (!Array.isArray(processes)) return processMetrics(report, labels);
  return (processes as unknown[]).filter(isJsonObject).flatMap((process) => processMetrics(process, labels));
}

function processMetrics(report: JsonObject, given: Readonly<Record<string, string>>): Metric[] {
  const result = isJsonObject(report['result']) ? report['result'] : {};
  const labels = { ...labelsOf(report, result), ...given };
  const values: [name: keyof typeof RUN_METRICS, value: number | undefined][] = [
    ...OF_RESULT.map(
      (key) => [`dpone_${key}`, numberOf(result[key])] as [keyof typeof RUN_METRICS, number | undefined],
    ),
    ...OF_REPORT.map(
      (key) => [`dpone_${key}`, numberOf(report[key] ?? result[key])] as [keyof typeof RUN_METRICS, number | undefined],
    ),
    ['dpone_error_count', counted(report, result, 'error_count', ['errors', 'blockers'])],
    ['dpone_warning_count', counted(report, result, 'warning_count', ['warnings'])],
    ['dpone_run_passed', typeof report['passed'] === 'boolean' ? Number(report['passed']) : undefined],
  ];
  return values.flatMap(([name, value]) => {
    const [description, unit] = RUN_METRICS[name];
    return value === undefined ? [] : [{ name, value, labels, description, unit }];
  });
}

/** A stated count, else how many entries the lists have; none of them is no measurement. */
function counted(report: JsonObject, result: JsonObject, key: string, lists: readonly string[]): number | undefined {
  const stated = numberOf(report[key]) ?? numberOf(result[key]);
  if (stated !== undefined) return stated;
  const total = lists.reduce((sum, list) => sum + lengthOf(report[list]) + lengthOf(result[list]), 0);
  return total === 0 ? undefined : total;
}

function labelsOf(report: JsonObject, result: JsonObject): Record<string, string> {
  const found = { run_id: report['run_id'], process: report['process'], selector: report['selector'] };
  const status = report['status'] ?? result['status'];
  return Object.fromEntries(
    Object.entries({ ...found, status }).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
    ),
  );
}

/** A metric of one's own: `Freshness Lag` is `dpone_freshness_lag`. */
export function customMetric(name: string, value: number, labels: Readonly<Record<string, string>>): Metric {
  const plain = name
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]/g, '_');
  const full = plain.startsWith('dpone_') ? plain : `dpone_${plain}`;
  const known = (RUN_METRICS as Readonly<Record<string, readonly [string, string]>>)[full];
  const [description, unit] = known ?? ['A measurement given on the command line.', '1'];
  return { name: full, value, labels, description, unit };
}

/** Samples by the name that they share, in the order of their first. */
export function families(metrics: readonly Metric[]): ReadonlyMap<string, readonly Metric[]> {
  const byName = new Map<string, Metric[]>();
  for (const metric of metrics) byName.set(metric.name, [...(byName.get(metric.name) ?? []), metric]);
  return byName;
}
