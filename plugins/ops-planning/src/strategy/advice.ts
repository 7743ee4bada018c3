import { chooseStrategy, type JsonObject, type StrategyReason } from '@dpone/sdk';
import { nativePath } from './native-paths.js';
import { nativeTransfer } from './native-transfer.js';
import { DATABASES } from './systems.js';

/** One thing to know of a load. */
export type Signal = StrategyReason;

/** What is known of a load before it is planned. */
export interface StrategyContext {
  readonly source: string;
  readonly sink: string;
  readonly mode: string;
  readonly mergePolicy: string | null;
  readonly hasKey: boolean;
  readonly rows: number;
  /** Fractions. */
  readonly changed: number;
  readonly deleted: number;
  readonly partitionColumn: string | null;
  readonly cursor: string | null;
  readonly cdc: boolean;
  readonly sourceOptions: JsonObject;
  readonly sinkOptions: JsonObject;
}

/** From here on a load is large. */
const MANY = 1_000_000;
const VERY_MANY = 10_000_000;

/** Which strategy fits a load, and why; in the order of the answers that a person would prefer. */
export function advise(context: StrategyContext) {
  const { source, sink, mode } = context;
  const { strategy, reasons, warnings } = choose(context);
  const policy = mergePolicy(strategy, context);
  const transfer =
    source === 'mssql' && sink === 'clickhouse'
      ? nativeTransfer(strategy, policy, context.sourceOptions, context.sinkOptions)
      : null;
  return {
    source_type: source,
    sink_type: sink,
    requested_mode: mode,
    strategy_mode: strategy,
    merge_policy: policy,
    native_fast_path: nativePath(source, sink).id,
    adaptive_batching: batching(context),
    reasons,
    safety_gates: gates(strategy, context),
    warnings: [...warnings, ...dirtySource(source)],
    native_transfer_plan: transfer,
  };
}
export type StrategyDecision = ReturnType<typeof advise>;

interface Choice {
  readonly strategy: string;
  readonly reasons: readonly Signal[];
  readonly warnings: readonly Signal[];
}

function choose(context: StrategyContext): Choice {
  const { sink, mode } = context;
  if (mode !== 'auto') return asked(mode, sink);
  const { mode: strategy, reason } = chooseStrategy({
    sink,
    hasKey: context.hasKey,
    partitionColumn: context.partitionColumn ?? undefined,
    rows: context.rows,
    changedPercent: context.changed * 100,
    cursor: context.cursor ?? undefined,
    cdc: context.cdc,
  });
  return { strategy, reasons: [reason], warnings: [] };
}

function asked(mode: string, sink: string): Choice {
  if (mode !== 'partition_replace' || DATABASES.has(sink))
    return {
      strategy: mode,
      reasons: [{ code: 'explicit_strategy', severity: 'info', message: `The manifest asks for ${mode}.`, action: '' }],
      warnings: [],
    };
  return {
    strategy: 'incremental_merge',
    reasons: [],
    warnings: [
      {
        code: 'partition_replace_not_supported',
        severity: 'error',
        message: `${sink} has no partitions to replace.`,
        action: 'Use incremental_merge.',
      },
    ],
  };
}

const POLICIES: Readonly<Record<string, string>> = {
  mssql: 'delete_insert',
  postgres: 'delete_insert',
  bigquery: 'delete_insert',
  clickhouse: 'lightweight_delete_insert',
  kafka: 'event_upsert',
};

function mergePolicy(strategy: string, { sink, mergePolicy: asked }: StrategyContext): string | null {
  if (strategy !== 'incremental_merge' && strategy !== 'partition_replace') return null;
  return asked ?? POLICIES[sink] ?? null;
}

const KEYED = new Set(['incremental_merge', 'snapshot_diff', 'cdc_apply', 'scd2']);

function gates(strategy: string, { sink, hasKey, deleted }: StrategyContext): Signal[] {
  const gate = (code: string, severity: Signal['severity'], message: string): Signal => ({
    code,
    severity,
    message,
    action: '',
  });
  return [
    gate('staging_first_required', 'high', 'Rows are staged and checked before the target changes.'),
    ...(KEYED.has(strategy) && !hasKey
      ? [gate('unique_key_required', 'error', `${strategy} finds rows by a key: set sink.strategy.unique_key.`)]
      : []),
    ...(deleted > 0
      ? [gate('delete_semantics', 'high', 'Rows will be deleted: say what becomes of them at the target.')]
      : []),
    ...(sink === 'clickhouse' && strategy === 'incremental_merge'
      ? [gate('clickhouse_lightweight_delete', 'medium', 'ClickHouse marks the old rows and inserts the new ones.')]
      : []),
  ];
}

const dirtySource = (source: string): Signal[] =>
  source === 'rest' || source === 'kafka'
    ? [
        {
          code: 'dirty_source_contract_recommended',
          severity: 'medium',
          message: `What ${source} hands over has no fixed schema.`,
          action: 'Set schema_contract, with enforcement quarantine while the feed is new.',
        },
      ]
    : [];

const EAGER = new Set(['mssql', 'clickhouse', 'kafka']);

function batching({ rows, sink, partitionColumn }: StrategyContext) {
  const [size, workers, spread] = rows >= VERY_MANY ? [100_000, 2, 4] : rows >= MANY ? [50_000, 1, 2] : [10_000, 1, 1];
  return {
    enabled: rows >= MANY || EAGER.has(sink),
    initial_batch_size: size,
    min_batch_size: 5000,
    max_batch_size: 250_000,
    parallel_workers: partitionColumn === null ? workers : spread,
    tuning_metric: 'rows_per_second_and_target_backpressure',
  };
}
