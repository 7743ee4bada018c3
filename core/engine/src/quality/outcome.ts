import type { CheckOutcome } from '@dpone/sdk';
import type { QualityMode } from '../manifest/process-spec.js';
import type { CheckOrigin, PlannedCheck, PlannedHistory, Settled } from './planned-check.js';

/** What one rule came to, as the result of a run lists it. */
export interface QualityOutcome {
  readonly id: string;
  readonly kind: string;
  readonly on: QualityMode;
  readonly from: CheckOrigin;
  /** `failed` ends the load, `warned` and `quarantined` let it go on; `not_evaluated` says nothing about the data. */
  readonly verdict: 'passed' | 'failed' | 'warned' | 'quarantined' | 'not_evaluated';
  /** Whether it was evaluated and is green. */
  readonly passed: boolean;
  /** Rows, values or keys that break it; null where it was not evaluated. */
  readonly violations: number | null;
  /** What was counted or found, for rules that compare a number or the newest value. */
  readonly measured: number | string | null;
  /** One sentence, for all but green ones. */
  readonly message?: string;
}

const RED = { fail: 'failed', warn: 'warned', quarantine: 'quarantined' } as const;

export function stagingOutcome({ check, from }: PlannedCheck, outcome: CheckOutcome): QualityOutcome {
  const { id, kind, on } = check;
  const { violations, measured = null } = outcome;
  const verdict = violations === 0 ? 'passed' : RED[on];
  const message = violations === 0 ? {} : { message: describe(outcome) };
  return { id, kind, on, from, verdict, passed: violations === 0, violations, measured, ...message };
}

/** What was known before the load. */
export function settledOutcome({ id, kind, on, from, passed, message }: Settled): QualityOutcome {
  if (passed === null)
    return { id, kind, on, from, verdict: 'not_evaluated', passed: false, violations: null, measured: null, message };
  const verdict = passed ? 'passed' : RED[on];
  return {
    id,
    kind,
    on,
    from,
    verdict,
    passed,
    violations: passed ? 0 : 1,
    measured: null,
    ...(passed ? {} : { message }),
  };
}

/** What a rule against earlier loads came to; a message without violations says why it was not evaluated. */
export function historyOutcome(
  { check: { id, on, rule }, from }: PlannedHistory,
  found: { readonly passed: boolean | null; readonly measured: number | string | null; readonly message: string },
): QualityOutcome {
  const verdict = found.passed === null ? 'not_evaluated' : found.passed ? 'passed' : RED[on];
  const violations = found.passed === null ? null : found.passed ? 0 : 1;
  const message = found.passed === true ? {} : { message: `${id}: ${found.message}` };
  return {
    id,
    kind: rule.kind,
    on,
    from,
    verdict,
    passed: found.passed === true,
    violations,
    measured: found.measured,
    ...message,
  };
}

const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** A red check in one sentence. */
function describe({ check, violations, measured }: CheckOutcome): string {
  switch (check.kind) {
    case 'not_null':
      return `${check.id}: ${many(violations, 'row')} with NULL`;
    case 'unique':
      return `${check.id}: ${many(violations, 'value')} of (${check.columns.join(', ')}) staged more than once`;
    case 'accepted_values':
      return `${check.id}: ${many(violations, 'row')} with another value than ${check.values.join(', ')}`;
    case 'min_rows':
      return `${check.id}: ${measured ?? 'fewer'} rows, at least ${check.rows} wanted`;
    case 'max_null_ratio':
      return `${check.id}: ${measured ?? 'more'} of the rows are NULL, at most ${check.ratio} wanted`;
    case 'max_distinct':
      return `${check.id}: ${measured ?? 'more'} different values of ${check.column}, at most ${check.values} allowed`;
    case 'count':
      return `${check.id}: ${measured ?? violations} ${check.unit}, wanted ${check.within.map(rangeText).join(' or ')}`;
    case 'query':
      return `${check.id}: the query says ${measured ?? 'nothing'}, wanted ${check.within.map(rangeText).join(' or ')}`;
    default:
      return `${check.id}: ${many(violations, 'row')} that ${violations === 1 ? 'does' : 'do'} not fit`;
  }
}

function rangeText(range: { min?: number; max?: number; minOpen?: true; maxOpen?: true }): string {
  const { min, max } = range;
  if (min !== undefined && min === max) return `${min}`;
  const low = min === undefined ? '' : `${range.minOpen === true ? 'more than' : 'at least'} ${min}`;
  const high = max === undefined ? '' : `${range.maxOpen === true ? 'less than' : 'at most'} ${max}`;
  return [low, high].filter((part) => part !== '').join(' and ');
}
