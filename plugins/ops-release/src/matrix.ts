import { isJsonObject, type ExactJson, type JsonObject } from '@dpone/sdk';

/** What a report of the matrix covers, and what of it is asked for and not there. */
export interface Matrix {
  readonly total_cases: number;
  readonly min_row_count: number;
  readonly max_row_count: number;
  readonly max_column_count: number;
  readonly required_cases: readonly string[];
  readonly covered_cases: readonly string[];
  readonly missing_cases: readonly string[];
}

/** @param required cases as `source:sink:strategy`. */
export function matrixOf(report: JsonObject | undefined, required: readonly string[]): Matrix {
  const cases = Array.isArray(report?.['cases']) ? (report['cases'] as readonly ExactJson[]).filter(isJsonObject) : [];
  const covered = new Set(
    cases.map((one) => [one['source'], one['sink'], one['strategy']].map((part) => textOf(part)).join(':')),
  );
  const rows = countsOf(cases, 'row_count');
  return {
    total_cases: cases.length,
    min_row_count: rows[0] ?? 0,
    max_row_count: rows.at(-1) ?? 0,
    max_column_count: countsOf(cases, 'wide_columns').at(-1) ?? 0,
    required_cases: required,
    covered_cases: [...covered].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    missing_cases: required.filter((name) => !covered.has(name)),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Counts of a kind, the smallest first. */
const countsOf = (cases: readonly JsonObject[], key: string): number[] =>
  cases
    .map((one) => one[key])
    .filter((count) => typeof count === 'number' || (typeof count === 'string' && /^\s*\d+\s*$/.test(count)))
    .map(Number)
    .sort((a, b) => a - b);
