import {
  fail,
  type CheckOutcome,
  type DponeError,
  type SchemaChange,
  type SinkLoad,
  type StagingCheck,
} from '@dpone/sdk';
import type { LoadPlan } from '../plan/load-plan.js';
import { whereOf } from '../plan/where.js';
import { earlierLoads } from '../quality/earlier-loads.js';
import { judgeHistory, newestBefore, receiptsWanted } from '../quality/history.js';
import { settledOutcome, stagingOutcome, type QualityOutcome } from '../quality/outcome.js';
import type { PlannedCheck } from '../quality/planned-check.js';

export interface Checked {
  /** Rows moved out of staging. */
  readonly setAside: number;
  /** NOT NULLs that must go because NULLs came. */
  readonly changes: readonly SchemaChange[];
  /** The newest value of each column that a freshness rule names, kept in the receipt: a later load without rows asks for it. */
  readonly newest: Readonly<Record<string, string | null>>;
}

export interface CheckCall {
  readonly plan: LoadPlan;
  /** Undefined where there is nothing to stage: only what is known without rows is judged. */
  readonly staging: SinkLoad | undefined;
  /** Rows that were read. */
  readonly rows: number;
  readonly now: Date;
  /** Told of every outcome, also where a red one ends the load. */
  readonly note: (outcomes: readonly QualityOutcome[]) => void;
}

/** Holds a load against every check: sets rows aside first, then judges what is left. A red `fail` ends the load. */
export async function checkLoad(call: CheckCall): Promise<Checked> {
  const { plan, staging } = call;
  const settled = plan.quality.settled.map(settledOutcome);
  const asked = staging === undefined ? NOTHING : await askStaging(plan, staging);
  const { newest, outcomes: past } = await judgePast(call);
  const outcomes = [...asked.outcomes, ...past, ...settled];
  call.note(outcomes);
  const failed = outcomes.filter(({ verdict }) => verdict === 'failed');
  if (failed.length > 0) throw verdict(failed, plan);
  return { setAside: asked.setAside, changes: asked.changes, newest };
}

interface Asked extends Pick<Checked, 'setAside' | 'changes'> {
  readonly outcomes: readonly QualityOutcome[];
}

const NOTHING: Asked = { setAside: 0, changes: [], outcomes: [] };

async function askStaging(plan: LoadPlan, staging: SinkLoad): Promise<Asked> {
  const checks = plan.quality.staging;
  const aside = checks.filter(({ check }) => check.on === 'quarantine');
  const judged = checks.filter(({ check }) => check.on !== 'quarantine');
  const broken = await measure(
    staging,
    aside.map(({ check }) => check),
  );
  const red = broken.filter(isRed).map(({ check }) => check);
  const setAside = red.length === 0 ? 0 : await staging.quarantine(red);
  const relaxable = plan.relaxable.map((column): StagingCheck => {
    return { id: `not_null.${column}`, kind: 'not_null', column, on: 'warn' };
  });
  // Together: the sink then reads its rows once.
  const measured = await measure(staging, [...judged.map(({ check }) => check), ...relaxable]);
  return {
    setAside,
    changes: measured.slice(judged.length).filter(isRed).flatMap(relaxed),
    outcomes: [...outcomesOf(aside, broken), ...outcomesOf(judged, measured)],
  };
}

const outcomesOf = (checks: readonly PlannedCheck[], measured: readonly CheckOutcome[]): QualityOutcome[] =>
  checks.map((planned, i) => stagingOutcome(planned, measured[i]!));

const isRed = (outcome: CheckOutcome): boolean => outcome.violations > 0;

const relaxed = ({ check }: CheckOutcome): SchemaChange[] =>
  check.kind === 'not_null' ? [{ kind: 'drop_not_null', column: check.column }] : [];

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

/** Holds the load against earlier ones and the clock; costs nothing where no rule asks for it. */
async function judgePast({
  plan,
  staging,
  rows,
  now,
}: CheckCall): Promise<{ newest: Checked['newest']; outcomes: readonly QualityOutcome[] }> {
  const { history } = plan.quality;
  if (history.length === 0) return { newest: {}, outcomes: [] };
  const columns = history.flatMap(({ check: { rule } }) => (rule.kind === 'freshness' ? [rule.column] : []));
  const newest: Record<string, string | null> = {};
  const { name } = plan.open.spec;
  const receipts = await earlierLoads(plan.sink, name, receiptsWanted(history));
  for (const column of columns) newest[column] = (await staging?.max(column)) ?? newestBefore(column, receipts);
  return { newest, outcomes: judgeHistory(history, { rows, receipts, newest, now }) };
}

function verdict(failed: readonly QualityOutcome[], plan: LoadPlan): DponeError {
  const what = failed.map(({ message }) => message).join('; ');
  const { spec } = plan.open;
  if (failed.some(({ from, kind }) => from === 'strategy' && kind === 'unique'))
    return fail('DPONE_DUPLICATE_KEY', what, { where: whereOf(spec, 'sink.strategy.unique_key') });
  if (failed[0]!.from === 'strategy')
    return fail('DPONE_QUALITY_FAILED', what, {
      where: whereOf(spec, 'sink.strategy'),
      remedy: `${spec.sink.strategy.mode} needs this of every load: mend the rows at the source, or the options of the strategy.`,
    });
  return fail('DPONE_QUALITY_FAILED', what, { where: placeOf(failed[0]!, plan) });
}

/** Where the first red rule was written. */
function placeOf({ id, on }: QualityOutcome, { quality, open }: LoadPlan): string {
  const { staging, history, settled } = quality;
  const written = [...staging, ...history].find(({ check }) => check.id === id && check.on === on);
  const where = written?.where ?? settled.find((one) => one.id === id && one.on === on)?.where;
  return where ?? whereOf(open.spec, 'quality.checks');
}
