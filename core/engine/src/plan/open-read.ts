import type { BadRowPolicy, FinalizeStep, Json, Predicate, ReadRequest, Schema, Source, SourceRead } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { columnsToRead, hintOf } from './columns.js';
import type { OpenProcess } from './open-process.js';
import { readCursor } from './strategy.js';
import { valueOfState } from './state-key.js';

export interface ReadInput {
  readonly open: OpenProcess;
  readonly source: Source;
  /** The strategy's word. */
  readonly read: 'all' | 'increment';
  readonly steps?: readonly FinalizeStep[];
  readonly where?: Predicate | undefined;
  /** The state as it is stored; null before the first load. */
  readonly stored: Json;
  readonly target: Schema | null;
}

/** Units of work at once, and so the most partitions that are of use. */
export const parallelOf = (open: OpenProcess): number =>
  open.streams ?? open.spec.source.partitioning?.numPartitions ?? open.spec.engine.parallel ?? open.host.limits.threads;

/** Opens the read that a load asks for. */
export async function openRead(input: ReadInput): Promise<SourceRead> {
  const { open, source } = input;
  const { spec } = open;
  const increment = input.read === 'increment';
  // A load that reads everything reads from before the cursor's start.
  const cursor = readCursor(open, input, input.stored);
  const hint = hintOf(input.target, spec);
  const request: ReadRequest = {
    scope:
      cursor === undefined
        ? 'all'
        : { cursor: cursor.kind, ...(cursor.column === undefined ? {} : { column: cursor.column }) },
    state: cursor === undefined || !increment ? null : valueOfState(input.stored, cursor, spec),
    ...whereBoth(spec.source.customPredicate, input.where),
    parallel: parallelOf(open),
    ...partitionBy(spec.source.partitioning),
    ...(hint === undefined ? {} : { hint }),
    badRows: badRowsOf(spec),
    ...(increment && open.maxRows !== undefined ? { maxRows: open.maxRows } : {}),
    mayRepeat: (input.steps ?? []).every(matchesByKey),
  };
  const all = await source.open(request);
  try {
    // Nothing new: there are no columns to choose from.
    if (all.partitions.length === 0 && all.schema.columns.length === 0) return all;
    const columns = columnsToRead(all.schema, spec);
    if (columns === undefined) return all;
    await all.close();
    return await source.open({ ...request, columns });
  } catch (error) {
    await all.close().catch(() => undefined);
    throw error;
  }
}

/** Rows that cannot be read as their column's type are set aside where the contract or the schema policy says so. */
export const badRowsOf = ({ schemaContract, schemaEvolution }: ProcessSpec): BadRowPolicy =>
  schemaContract.enforcement === 'quarantine' || schemaEvolution.onTypeChange === 'quarantine' ? 'reject' : 'fail';

/** Whether rows that the target has already leave it as it is. */
const matchesByKey = (step: FinalizeStep): boolean =>
  step.op === 'append' ? step.unlessKey !== undefined : step.op !== 'apply_events';

/** The manifest's condition and the strategy's, both. */
function whereBoth(sql: string | undefined, where: Predicate | undefined): Pick<ReadRequest, 'where'> {
  const all = [...(sql === undefined ? [] : [{ op: 'sql', sql } as const]), ...(where === undefined ? [] : [where])];
  return all.length === 0 ? {} : { where: all.length === 1 ? all[0]! : { op: 'and', all } };
}

function partitionBy(split: OpenProcess['spec']['source']['partitioning']): Pick<ReadRequest, 'partitionBy'> {
  if (split?.column === undefined) return {};
  const { column, bounds } = split;
  return { partitionBy: bounds === 'auto' ? { column } : { column, bounds } };
}
