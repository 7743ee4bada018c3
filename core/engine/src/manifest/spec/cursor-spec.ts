import { CURSOR_NAMES } from '../schema/option-fields.js';
import type { ProcessSpec } from '../process-spec.js';
import type { EngineOptions } from './option-split.js';

type Cursor = NonNullable<ProcessSpec['source']['cursor']>;

/** How what is new is known, where the manifest says so. `conflict` is told of options that exclude each other. */
export function cursorSpec(
  options: EngineOptions,
  conflict: (key: string, message: string) => void,
): Cursor | undefined {
  const { incremental_strategy: strategy, incremental_column: column, lookback_days: days } = options;
  const kind = strategy !== undefined ? CURSOR_NAMES[strategy] : column !== undefined ? 'column' : undefined;
  if (kind === undefined) return undefined;
  if (kind === 'column' && column === undefined)
    conflict('incremental_strategy', `incremental_strategy: ${strategy} needs incremental_column`);
  if (kind !== 'column' && column !== undefined)
    conflict('incremental_column', `incremental_column and incremental_strategy: ${strategy} exclude each other`);
  return {
    kind,
    ...(column === undefined ? {} : { column }),
    ...(days === undefined || days === 0 ? {} : { lookbackDays: days }),
  };
}
