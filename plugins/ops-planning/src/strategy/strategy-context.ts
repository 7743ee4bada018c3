import type { JsonObject } from '@dpone/sdk';
import { objectAt, type RawProcess } from '../manifest/read-manifest.js';
import type { StrategyContext } from './advice.js';
import { systemName } from './systems.js';

/** What the caller knows better than the manifest. */
export interface Hints {
  readonly rows?: number | undefined;
  readonly changed?: number | undefined;
  readonly deleted?: number | undefined;
  readonly cdc?: boolean | undefined;
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
const numberOf = (value: unknown): number => {
  const found = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : 0;
};

const MODES: Readonly<Record<string, string>> = { default: 'auto', '': 'auto' };

export function strategyContext({ source, sink }: RawProcess, hints: Hints): StrategyContext {
  const options = objectAt(source, 'options');
  const sinkOptions = objectAt(sink, 'options');
  const strategy = objectAt(sink, 'strategy');
  const mode = (textOf(strategy['mode']) ?? 'auto').toLowerCase().replaceAll('-', '_');
  const policy = textOf(strategy['merge_policy'])?.toLowerCase().replaceAll('-', '_') ?? 'auto';
  // A manifest says percent, from 0 to 100; the command's flags are fractions.
  const percentOf = (name: string): number => numberOf(options[name]) / 100;
  return {
    source: systemName(textOf(source['type']) ?? 'unknown'),
    sink: systemName(textOf(sink['type']) ?? 'unknown'),
    mode: MODES[mode] ?? mode,
    mergePolicy: policy === 'auto' || policy === 'default' ? null : policy,
    hasKey: [strategy, options, sinkOptions].some((place) => hasKey(place)),
    rows: hints.rows ?? numberOf(options['estimated_rows']),
    changed: hints.changed ?? percentOf('changed_percent'),
    deleted: hints.deleted ?? percentOf('delete_percent'),
    partitionColumn: partitionColumn(options, strategy),
    cursor: textOf(options['incremental_column']) ?? textOf(options['incremental_strategy']),
    cdc: hints.cdc ?? (options['cdc_enabled'] === true || options['incremental_strategy'] === 'cdc'),
    sourceOptions: options,
    sinkOptions,
  };
}

const hasKey = ({ unique_key: key }: JsonObject & { unique_key?: unknown }): boolean =>
  Array.isArray(key) ? key.length > 0 : textOf(key) !== null;

const partitionColumn = (options: JsonObject, strategy: JsonObject): string | null =>
  textOf(options['partition_column']) ??
  textOf(objectAt(options, 'partitioning')['column']) ??
  textOf(objectAt(strategy, 'partition')['column']) ??
  textOf(strategy['partition_column']);
