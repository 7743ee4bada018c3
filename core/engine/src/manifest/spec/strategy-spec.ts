import type { ProcessSpec } from '../process-spec.js';
import type { ParsedProcess } from '../schema/process-schema.js';
import type { EngineOptions } from './option-split.js';

type Strategy = ProcessSpec['sink']['strategy'];

/** From this size and share of changes, replacing whole partitions is cheaper than merging. */
const PARTITION_ROWS = 1_000_000;
const PARTITION_CHANGED_PERCENT = 5;

/** The strategy and its key: of the source's options, else of the strategy, else of the sink's options. */
export function strategySpec(
  strategy: ParsedProcess['sink']['strategy'],
  source: EngineOptions,
  sink: EngineOptions,
  warn: (sentence: string) => void,
): Strategy {
  const { mode: requested, unique_key: ownKey, ...options } = strategy;
  const keys = [source.unique_key, ownKey, sink.unique_key].filter((key) => key !== undefined);
  const uniqueKey = keys[0] ?? [];
  if (keys.some((key) => key.join() !== uniqueKey.join()))
    warn(`unique_key is given more than once and differs: ${uniqueKey.join(', ')} is taken`);
  if (requested !== 'auto') return { mode: requested, uniqueKey, options };
  const [mode, reason] = automatic({ ...source, ...sink }, uniqueKey.length > 0);
  return { mode, reason, uniqueKey, options };
}

/** What `mode: auto` becomes, and why. */
function automatic(options: EngineOptions, hasKey: boolean): [mode: string, reason: string] {
  if (options.cdc_enabled === true && hasKey)
    return ['cdc_apply', 'the source delivers change events and unique_key is given'];
  const column = options.partitioning?.column ?? options.partition_column;
  if (
    column !== undefined &&
    (options.estimated_rows ?? 0) >= PARTITION_ROWS &&
    (options.changed_percent ?? 0) >= PARTITION_CHANGED_PERCENT
  )
    return ['partition_replace', `the source is large, much of it changes, and ${column} divides it`];
  if (hasKey) return ['incremental_merge', 'unique_key is given'];
  if (options.incremental_column !== undefined || options.incremental_strategy !== undefined)
    return ['incremental_append', 'there is a cursor and no unique_key'];
  return ['full_refresh', 'there is neither unique_key nor cursor'];
}
