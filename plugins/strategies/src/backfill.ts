import {
  defineStrategy,
  fail,
  type ChunkWindow,
  type SinkCapabilities,
  type StrategyInput,
  type StrategyPlan,
} from '@dpone/sdk';
import { chunkBounds } from './chunk-steps.js';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
import { incrementalAppend } from './incremental-append.js';
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
  needs: [['merge'], ['delete', 'append'], ['replace_partitions'], ['append']],
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
    refuseInner(options.inner_mode, input.sink);
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

/** Options besides `backfill` that each inner strategy acts on. */
const USED: Readonly<Record<InnerMode, readonly string[]>> = {
  incremental_merge: ['merge_policy'],
  replace: [],
  partition_replace: ['partition'],
  incremental_append: ['only_new_rows'],
};

/** What an inner strategy says of how it reads: a chunk is read by its window. */
const OF_THE_READ = ['there is no cursor', 'the source is read whole', 'what is new since the last load is read'];

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
      ...inner.reasons.filter((reason) => !OF_THE_READ.some((start) => reason.startsWith(start))),
      ...unusedReason(MODE, input.options, ['backfill', ...USED[options.inner_mode]]),
    ],
  };
}

type InnerMode = Backfill['inner_mode'];

/** A window of a column becomes rows to remove and rows to add; the others need no more than themselves. */
const INNER_NEEDS: Readonly<Record<InnerMode, SinkCapabilities['finalize']>> = {
  incremental_merge: ['merge'],
  replace: ['delete', 'append'],
  partition_replace: ['replace_partitions'],
  incremental_append: ['append'],
};

function refuseInner(mode: InnerMode, sink: SinkCapabilities): void {
  const can = (one: InnerMode): boolean => INNER_NEEDS[one].every((step) => sink.finalize.includes(step));
  if (can(mode)) return;
  const lacks = INNER_NEEDS[mode].filter((step) => !sink.finalize.includes(step));
  const others = (Object.keys(INNER_NEEDS) as InnerMode[]).filter(can);
  throw fail('DPONE_CAPABILITY', `chunks by ${mode} need a sink that can ${lacks.join(' and ')}; this one cannot`, {
    where: 'sink.strategy.backfill.inner_mode',
    remedy: `Use an inner_mode that it can do: ${others.join(', ')}.`,
  });
}

const INNER: Readonly<Record<InnerMode, (input: Omit<Input, 'cursor' | 'chunk'>) => StrategyPlan>> = {
  incremental_append: (input) => incrementalAppend.plan(withoutOwnCursor(input)),
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
