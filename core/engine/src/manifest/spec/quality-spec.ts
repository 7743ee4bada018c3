import type { QualityRule } from '../process-spec.js';
import { INERT_CHECKS, type ParsedProcess } from '../schema/process-schema.js';

type Check = NonNullable<NonNullable<ParsedProcess['quality']>['checks']>[number];
type ActiveCheck = QualityRule['check'];

const isInert = (type: Check['type']): type is (typeof INERT_CHECKS)[number] =>
  (INERT_CHECKS as readonly string[]).includes(type);

export interface QualitySpec {
  readonly rules: readonly QualityRule[];
  /** Indices of checks that are accepted and not acted on. */
  readonly ignored: readonly number[];
}

/** The rules; `conflict` is told, with the check's index, of what a check lacks or cannot do. */
export function qualitySpec(
  checks: readonly Check[] | undefined,
  conflict: (index: number, message: string) => void,
): QualitySpec {
  const rules: QualityRule[] = [];
  const ignored: number[] = [];
  for (const [index, check] of (checks ?? []).entries()) {
    if (check.mode === 'skip') continue;
    if (isInert(check.type)) ignored.push(index);
    else rules.push(rule(check, check.type, check.mode, (message) => conflict(index, message)));
  }
  return { rules, ignored };
}

function rule(
  check: Check,
  type: ActiveCheck,
  on: QualityRule['on'],
  conflict: (message: string) => void,
): QualityRule {
  const columns = [...new Set([...(check.columns ?? []), ...(check.column === undefined ? [] : [check.column])])];
  if (type !== 'min_rows' && columns.length === 0) conflict(`the check ${type} needs column`);
  if ((type === 'accepted_values' || type === 'max_null_ratio') && columns.length > 1)
    conflict(`the check ${type} takes one column`);
  if (type === 'accepted_values' && (check.values ?? []).length === 0)
    conflict('the check accepted_values needs values');
  if (type === 'max_null_ratio' && (check.value === undefined || check.value < 0 || check.value > 1))
    conflict('the check max_null_ratio needs a value from 0 to 1');
  if (on === 'quarantine' && (type === 'min_rows' || type === 'max_null_ratio'))
    conflict(`the check ${type} is about the whole load: it can fail or warn, not quarantine`);
  const value = type === 'min_rows' ? (check.value ?? 1) : type === 'max_null_ratio' ? check.value : undefined;
  return {
    check: type,
    columns,
    on,
    ...(value === undefined ? {} : { value }),
    ...(type === 'accepted_values' && check.values !== undefined ? { values: check.values } : {}),
  };
}
