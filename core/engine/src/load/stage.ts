import { fail, type Executor, type Json, type SinkLoad, type Unit, type UnitResult } from '@dpone/sdk';
import type { LoadPlan } from '../plan/load-plan.js';
import { parallelOf } from '../plan/open-read.js';
import { carryOutUnit, unitsOf } from './carry-out.js';
import { stageProgress } from './progress.js';
import type { Teller } from './teller.js';
import type { UnreadRows } from './unread-rows.js';
import type { Work } from './work.js';

export interface StageCounts {
  /** Rows in staging, as the sink counts them. */
  readonly staged: number;
  /** Rows that could not be read. */
  readonly rejected: number;
  readonly bytes: number;
  /** What was read, where it is another state of the source than the one that the plan has open. */
  readonly identity: Json | undefined;
}

/** Carries out every unit of the load and compares the counts end to end. */
export async function stageLoad(
  plan: LoadPlan,
  load: Unit['load'],
  staging: SinkLoad,
  teller: Teller,
  work: Work,
  unread: UnreadRows,
): Promise<StageCounts> {
  const progress = stageProgress(plan, teller);
  const carryOut = async (unit: Unit): Promise<UnitResult> => {
    try {
      work.signal.throwIfAborted();
      const result = await carryOutUnit(plan, unit, staging, progress.report, unread);
      await teller.step('stage.unit');
      return result;
    } catch (error) {
      work.abort(error);
      throw error;
    }
  };
  const units = unitsOf(plan, load);
  const results = await (await openExecutor(plan)).run(units, parallelOf(plan.open), carryOut);
  refuseMissing(units, results);
  await progress.end();
  const sum = (of: (result: UnitResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  const rows = sum((r) => r.rows);
  const staged = await staging.count();
  if (staged !== rows) throw fail('DPONE_COUNT_MISMATCH', `the units staged ${rows} rows, staging holds ${staged}`);
  return { staged, rejected: sum((r) => r.rejected), bytes: sum((r) => r.bytes ?? 0), identity: results[0]?.identity };
}

async function openExecutor(plan: LoadPlan): Promise<Executor> {
  const { spec, scope, context, executor } = plan.open;
  const { definition, options } = executor;
  return scope.use(`executor ${spec.engine.executor}`, () => definition.create({ ...context, options }));
}

/** An executor answers for every unit, once. */
function refuseMissing(units: readonly Unit[], results: readonly UnitResult[]): void {
  const answered = results.map((r) => r.partition).toSorted((a, b) => a - b);
  const asked = units.map((u) => u.partition.index).toSorted((a, b) => a - b);
  if (answered.length !== asked.length || asked.some((index, i) => answered[i] !== index))
    throw fail(
      'DPONE_COUNT_MISMATCH',
      `partitions ${asked.join(', ')} were planned, ${answered.join(', ') || 'none'} staged`,
    );
}
