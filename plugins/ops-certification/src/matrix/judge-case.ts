import { orderedJson, type JsonObject } from '@dpone/sdk';

/** A line of the certification report; keys are those of the artifact. */
export interface JudgedCase {
  readonly case_id: string;
  readonly source: string;
  readonly sink: string;
  readonly strategy: string;
  readonly passed: boolean;
  readonly preflight_present: boolean;
  readonly behavior_present: boolean;
  readonly expected_row_count: number | null;
  readonly actual_row_count: number | null;
  readonly quality_checks: readonly string[];
  readonly blockers: readonly string[];
}

/** A case is green when its load behaved: said so itself, gave no blocker, and the rows and checksum that were expected. */
export function judgeCase(id: string, given: JsonObject | undefined, behaviour: JsonObject | undefined): JudgedCase {
  const part = (key: string): string => {
    const value = given?.[key] ?? behaviour?.[key];
    return value === undefined || value === null || value === ''
      ? behaviour === undefined
        ? 'unknown'
        : 'None'
      : text(value);
  };
  const expected = countOf(behaviour?.['expected_row_count']);
  const actual = countOf(behaviour?.['actual_row_count']);
  const blockers = [
    ...preflightBlockers(id, given),
    ...(behaviour === undefined
      ? [`matrix_behavior.missing:${id}`]
      : behaviourBlockers(id, behaviour, expected, actual)),
  ];
  return {
    case_id: id,
    source: part('source'),
    sink: part('sink'),
    strategy: part('strategy'),
    passed: blockers.length === 0,
    preflight_present: given !== undefined && Object.keys(given).length > 0,
    behavior_present: behaviour !== undefined,
    expected_row_count: expected,
    actual_row_count: actual,
    quality_checks: textsOf(behaviour?.['quality_checks']),
    blockers,
  };
}

function preflightBlockers(id: string, given: JsonObject = {}): string[] {
  const blockers = textsOf(given['blockers']);
  const red = 'passed' in given && given['passed'] !== true;
  return red && blockers.length === 0 ? [`matrix_preflight.not_passed:${id}`] : blockers;
}

function behaviourBlockers(
  id: string,
  behaviour: JsonObject,
  expected: number | null,
  actual: number | null,
): string[] {
  const blockers = textsOf(behaviour['blockers']);
  if (expected !== null && actual !== null && expected !== actual) blockers.push(`matrix_rows.mismatch:${id}`);
  const { expected_checksum: wanted, actual_checksum: got } = behaviour;
  if (typeof wanted === 'string' && typeof got === 'string' && wanted !== got)
    blockers.push(`matrix_checksum.mismatch:${id}`);
  if (behaviour['passed'] !== true && blockers.length === 0) blockers.push(`matrix_behavior.not_passed:${id}`);
  return blockers;
}

/** A whole number, also one written as a text; null where there is none. */
function countOf(value: unknown): number | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  return typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : null;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : orderedJson(value, 0));

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? (value as unknown[]).map(text).filter((one) => one !== '') : [];
