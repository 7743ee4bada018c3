import {
  fail,
  type CheckOutcome,
  type DponeError,
  type SchemaChange,
  type SinkLoad,
  type StagingCheck,
} from '@dpone/sdk';
import type { PlannedCheck } from '../plan/checks.js';
import type { LoadPlan } from '../plan/load-plan.js';
import { whereOf } from '../plan/where.js';
import type { QualityOutcome } from '../record/run-record.js';

export interface Checked {
  /** Rows moved out of staging. */
  readonly setAside: number;
  /** NOT NULLs that must go because NULLs came. */
  readonly changes: readonly SchemaChange[];
  readonly warnings: readonly string[];
}

/** Holds staging against every check: sets rows aside first, then judges what is left. A red `fail` ends the load. */
export async function checkStaging(
  plan: LoadPlan,
  staging: SinkLoad,
  measured: (outcomes: readonly CheckOutcome[]) => void,
): Promise<Checked> {
  const { checks } = plan;
  const setAside = await quarantine(checks, staging, measured);
  const rules = checks.filter(({ check }) => check.on !== 'quarantine').map(({ check }) => check);
  const relaxable = plan.relaxable.map((column): StagingCheck => ({
    id: `not_null.${column}`,
    kind: 'not_null',
    column,
    on: 'warn',
  }));
  // Together: the sink then reads its rows once.
  const outcomes = await measure(staging, [...rules, ...relaxable]);
  measured(outcomes.slice(0, rules.length));
  const red = outcomes.slice(0, rules.length).filter(isRed);
  const failed = red.filter(({ check }) => check.on === 'fail');
  if (failed.length > 0) throw verdict(failed, checks, plan);
  const warnings = red.map((outcome) => `quality: ${describe(outcome)}`);
  return { setAside, changes: outcomes.slice(rules.length).filter(isRed).flatMap(relaxed), warnings };
}

/** An outcome as the run's record keeps it. */
export const qualityOutcome = ({ check, violations, measured }: CheckOutcome): QualityOutcome => ({
  id: check.id,
  kind: check.kind,
  on: check.on,
  passed: violations === 0,
  violations,
  measured: measured ?? null,
});

const isRed = (outcome: CheckOutcome): boolean => outcome.violations > 0;

const relaxed = ({ check }: CheckOutcome): SchemaChange[] =>
  check.kind === 'not_null' ? [{ kind: 'drop_not_null', column: check.column }] : [];

async function quarantine(
  checks: readonly PlannedCheck[],
  staging: SinkLoad,
  measured: (outcomes: readonly CheckOutcome[]) => void,
): Promise<number> {
  const rules = checks.filter(({ check }) => check.on === 'quarantine').map(({ check }) => check);
  const outcomes = await measure(staging, rules);
  measured(outcomes);
  const red = outcomes.filter(isRed);
  return red.length === 0 ? 0 : staging.quarantine(red.map((outcome) => outcome.check));
}

/** An outcome that is missing is no green one. */
async function measure(staging: SinkLoad, checks: readonly StagingCheck[]): Promise<readonly CheckOutcome[]> {
  if (checks.length === 0) return [];
  const outcomes = await staging.measure(checks);
  return checks.map((check) => {
    const outcome = outcomes.find((o) => o.check.id === check.id && o.check.on === check.on);
    if (outcome === undefined) throw fail('DPONE_INTERNAL', `the sink did not answer the check ${check.id}`);
    return { ...outcome, check };
  });
}

function verdict(failed: readonly CheckOutcome[], checks: readonly PlannedCheck[], plan: LoadPlan): DponeError {
  const what = failed.map(describe).join('; ');
  const { spec } = plan.open;
  const ofKey = failed.find(
    ({ check }) => check.kind === 'unique' && checks.some((p) => p.from === 'strategy' && p.check.id === check.id),
  );
  return ofKey === undefined
    ? fail('DPONE_QUALITY_FAILED', what, { where: whereOf(spec, 'quality.checks') })
    : fail('DPONE_DUPLICATE_KEY', what, { where: whereOf(spec, 'sink.strategy.unique_key') });
}

function describe({ check, violations, measured }: CheckOutcome): string {
  const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
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
    case 'predicate':
      return `${check.id}: ${many(violations, 'row')} that ${violations === 1 ? 'does' : 'do'} not fit`;
  }
}
