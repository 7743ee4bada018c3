import { chooseStrategy } from '@dpone/sdk';
import type { ProcessSpec } from '../process-spec.js';
import type { ParsedProcess } from '../schema/process-schema.js';
import type { EngineOptions } from './option-split.js';

type Strategy = ProcessSpec['sink']['strategy'];

/** The strategy and its key: of the source's options, else of the strategy, else of the sink's options. */
export function strategySpec(
  { strategy, type }: Pick<ParsedProcess['sink'], 'strategy' | 'type'>,
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
  const partition = options['partition'] as { readonly column?: string } | undefined;
  const given = { ...source, ...sink };
  const column = given.partitioning?.column ?? given.partition_column ?? partition?.column;
  const { mode, reason } = chooseStrategy({
    sink: type,
    hasKey: uniqueKey.length > 0,
    partitionColumn: column,
    rows: given.estimated_rows ?? 0,
    changedPercent: given.changed_percent ?? 0,
    cursor: given.incremental_column ?? given.incremental_strategy,
    cdc: given.cdc_enabled === true || given.incremental_strategy === 'cdc',
  });
  const divided = mode === 'partition_replace' ? { partition: { ...partition, column } } : {};
  return { mode, reason, uniqueKey, options: { ...options, ...divided } };
}
