import type { NumberRange, StagingCheck } from '../contracts/load-program.js';
import type { CheckOutcome } from '../contracts/sink.js';

/** What a check of staging comes to, from how many rows there are and how many of them break it (are NULL; are different values; are counted). */
export function checkOutcome(check: StagingCheck, rows: number, broken: number): CheckOutcome {
  switch (check.kind) {
    case 'min_rows':
      return { check, measured: rows, violations: Math.max(0, check.rows - rows) };
    case 'max_null_ratio': {
      const measured = rows === 0 ? 0 : broken / rows;
      return { check, measured, violations: measured > check.ratio ? broken : 0 };
    }
    case 'count': {
      const measured = check.unit === 'rows' ? broken : rows === 0 ? 0 : (broken * 100) / rows;
      return { check, measured, violations: isWithin(measured, check.within) ? 0 : Math.max(1, broken) };
    }
    case 'max_distinct':
      return { check, measured: broken, violations: Math.max(0, broken - check.values) };
    default:
      return { check, violations: broken };
  }
}

/** Whether a number lies in one of the ranges. */
export const isWithin = (value: number, ranges: readonly NumberRange[]): boolean =>
  ranges.some(
    ({ min, max, minOpen, maxOpen }) =>
      (min === undefined || (minOpen === true ? value > min : value >= min)) &&
      (max === undefined || (maxOpen === true ? value < max : value <= max)),
  );

/** One sentence on why a row was set aside. */
export function brokenReason(check: StagingCheck): string {
  switch (check.kind) {
    case 'not_null':
      return `${check.column} is NULL (${check.id})`;
    case 'unique':
      return `${check.columns.join(', ')} is not unique in this load (${check.id})`;
    case 'accepted_values':
      return `${check.column} has a value that is not accepted (${check.id})`;
    case 'length':
      return `${check.column} is too short or too long (${check.id})`;
    case 'pattern':
      return `${check.column} does not fit the pattern (${check.id})`;
    default:
      return `breaks ${check.id}`;
  }
}
