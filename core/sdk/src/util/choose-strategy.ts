/** What is known of a load whose strategy nobody named. */
export interface StrategyHints {
  /** The sink's type. */
  readonly sink: string;
  readonly hasKey: boolean;
  /** The column that divides the target. */
  readonly partitionColumn: string | undefined;
  /** Rows of the source. */
  readonly rows: number;
  /** The share of them that changes between loads, 0 to 100. */
  readonly changedPercent: number;
  /** The column by which the source knows what is new, or the name of another way. */
  readonly cursor: string | undefined;
  /** The source tells its changes. */
  readonly cdc: boolean;
}

/** A word for machines, how much it matters, a sentence, and what to do; the last is empty where nothing is. */
export interface StrategyReason {
  readonly code: string;
  readonly severity: 'info' | 'low' | 'medium' | 'high' | 'error';
  readonly message: string;
  readonly action: string;
}

export interface StrategyChoice {
  readonly mode: string;
  readonly reason: StrategyReason;
}

/** From this size and share of changes on, whole partitions are replaced faster than rows. */
const LARGE_ROWS = 1_000_000;
const LARGE_PERCENT = 5;

/** Sinks that only add or replace everything. Any other is taken for one that changes rows. */
const KEEPS_ROWS: ReadonlySet<string> = new Set(['files', 's3', 'kafka']);

/** What `mode: auto` is: the strategy that fits best, and why. `plan`, `run` and `strategy advise` all ask here. */
export function chooseStrategy(hints: StrategyHints): StrategyChoice {
  const { hasKey, partitionColumn, cursor } = hints;
  const changes = !KEEPS_ROWS.has(hints.sink);
  if (hints.cdc && hasKey && changes)
    return chosen(
      'cdc_apply',
      'cdc_available',
      'high',
      'the source tells its changes, and unique_key says of which row',
    );
  if (changes && partitionColumn !== undefined && hints.rows >= LARGE_ROWS && hints.changedPercent >= LARGE_PERCENT)
    return chosen(
      'partition_replace',
      'partition_replace_large_delta',
      'high',
      `the source is large, much of it changes, and ${partitionColumn} divides it: whole partitions are replaced faster than rows`,
      'Read whole partitions: those that a load has rows of are replaced.',
    );
  if (hasKey && changes)
    return chosen(
      'incremental_merge',
      'unique_key_upsert',
      'medium',
      'unique_key says which rows are new and which changed',
    );
  if (cursor !== undefined)
    return chosen(
      'incremental_append',
      'cursor_append',
      'medium',
      `${cursor} tells what is new, and ${hasKey ? 'the sink changes no rows' : 'no unique_key could merge it'}`,
    );
  return chosen('full_refresh', 'portable_full_refresh', 'low', 'nothing tells what changed, so everything is loaded');
}

const chosen = (
  mode: string,
  code: string,
  severity: StrategyReason['severity'],
  message: string,
  action: string = '',
): StrategyChoice => ({ mode, reason: { code, severity, message, action } });
