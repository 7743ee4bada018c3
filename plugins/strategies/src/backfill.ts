import { defineStrategy, fail, type ChunkWindow, type StrategyInput, type StrategyPlan } from '@dpone/sdk';
import { chunkBounds } from './chunk-steps.js';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
import { incrementalMerge } from './incremental-merge.js';
import { partitionReplace } from './partition-replace.js';
import { replace, windowPredicate } from './replace.js';

const MODE = 'backfill';

type Backfill = NonNullable<CommonOptions['backfill']>;
type Input = StrategyInput<CommonOptions>;

/** The range of a column is loaded chunk by chunk, each as a load of its own by an inner strategy. */
export const backfill = defineStrategy<CommonOptions>({
  summary:
    'Loads a range of a column chunk by chunk, each as a load of its own by an inner strategy; goes on where it was stopped',
  options: commonSchema,
  needs: [['merge'], ['delete', 'append'], ['replace_partitions']],
  uniqueKey: 'optional',
  cursor: 'none',
  example: {
    mode: MODE,
    unique_key: 'id',
    backfill: {
      inner_mode: 'incremental_merge',
      parallel_workers: 2,
      chunk: { column: 'ordered_on', from: '2026-01-01', to: '2026-07-01', step: '1 month' },
    },
  },
  plan: (input) => {
    const options = input.options.backfill;
    if (options === undefined)
      throw fail('DPONE_OPTION_CONFLICT', `${MODE} needs its chunks`, {
        where: 'sink.strategy.backfill',
        remedy: 'Set sink.strategy.backfill to {inner_mode, chunk: {column, from, to, step}}.',
      });
    const windows = windowsOf(options);
    const whole = { column: options.chunk.column, from: windows[0]!.from, to: windows.at(-1)!.to };
    return input.chunk === undefined
      ? { ...inWindow(input, options, whole), chunks: chunksOf(options, windows) }
      : inWindow(input, options, input.chunk);
  },
});

const chunksOf = (options: Backfill, windows: readonly ChunkWindow[]): NonNullable<StrategyPlan['chunks']> => ({
  windows,
  innerMode: options.inner_mode,
  workers: options.parallel_workers,
  maxAttempts: options.max_attempts,
});

function windowsOf({ chunk }: Backfill): ChunkWindow[] {
  const bounds = chunkBounds(chunk.from, chunk.to, chunk.step);
  return bounds.slice(1).map((to, i) => ({ column: chunk.column, from: bounds[i]!, to }));
}

/** The inner strategy's load, of the rows of a window alone. */
function inWindow(input: Input, options: Backfill, window: ChunkWindow): StrategyPlan {
  const { cursor, chunk: _, ...rest } = input;
  const inner = INNER[options.inner_mode]({ ...rest, options: innerOptions(input.options, options, window) });
  const where = windowPredicate(window);
  const guarded = input.sink.checks.includes('predicate') && options.inner_mode !== 'replace';
  return {
    ...inner,
    // A source may have a cursor of its own: a chunk is all rows of its window, whatever was taken before.
    read: 'all',
    where,
    checks: [
      ...inner.checks,
      ...(guarded ? [{ id: 'chunk.inside', kind: 'predicate', predicate: where, on: 'fail' } as const] : []),
    ],
    reasons: [
      `chunks of ${options.chunk.column}, ${options.chunk.step} each, from ${options.chunk.from} to before ${options.chunk.to}; each is loaded by ${options.inner_mode}`,
      `rows whose ${options.chunk.column} is NULL or outside of that range are neither read nor changed`,
      ...(cursor === undefined
        ? []
        : [`the cursor ${cursor.column ?? cursor.kind} is not used: a chunk is read whole`]),
      ...inner.reasons.filter(
        (reason) => !reason.startsWith('there is no cursor') && reason !== 'the source is read whole',
      ),
      ...unusedReason(MODE, input.options, ['backfill', 'merge_policy', 'partition']),
    ],
  };
}

const INNER: Readonly<Record<Backfill['inner_mode'], (input: Omit<Input, 'cursor' | 'chunk'>) => StrategyPlan>> = {
  incremental_merge: (input) => incrementalMerge.plan(withoutOwnCursor(input)),
  replace: (input) => replace.plan(input),
  partition_replace: (input) => partitionReplace.plan(withoutOwnCursor(input)),
};

/** A list of taken files is a cursor, too. */
const withoutOwnCursor = (input: Omit<Input, 'cursor' | 'chunk'>): Omit<Input, 'cursor' | 'chunk'> => ({
  ...input,
  source: { ...input.source, cursors: [] },
});

/** What the inner strategy is asked for: of `replace` the window, of `partition_replace` partitions that no chunk cuts. */
function innerOptions(common: CommonOptions, options: Backfill, window: ChunkWindow): CommonOptions {
  const { backfill: _, ...rest } = common;
  const { column } = options.chunk;
  if (options.inner_mode === 'replace') {
    if (common.window !== undefined || common.custom_predicate !== undefined)
      throw fail('DPONE_OPTION_CONFLICT', `the windows of a ${MODE} are its chunks`, {
        where: common.window === undefined ? 'sink.strategy.custom_predicate' : 'sink.strategy.window',
        remedy: 'Remove it; sink.strategy.backfill.chunk says what is replaced.',
      });
    return { ...rest, window };
  }
  if (options.inner_mode !== 'partition_replace') return rest;
  const { partition } = common;
  if (partition?.column !== undefined && partition.column.toLowerCase() !== column.toLowerCase())
    throw fail('DPONE_OPTION_CONFLICT', `chunks of ${column} would cut the partitions by ${partition.column}`, {
      where: 'sink.strategy.partition.column',
      remedy: `Divide the chunks by ${partition.column} too, or use inner_mode: replace.`,
    });
  if (partition?.native_mode === 'required' || partition?.require_native === true)
    throw fail('DPONE_OPTION_CONFLICT', "a partition of the target's own may hold more than a chunk", {
      where: 'sink.strategy.partition',
      remedy: 'Remove require_native and native_mode: required: a backfill replaces the rows of its chunks.',
    });
  const given = partition ?? {
    max_partitions_per_run: 64,
    values_from_staging: true,
    native_mode: 'auto',
    require_native: false,
  };
  return { ...rest, partition: { ...given, column, native: false } };
}
