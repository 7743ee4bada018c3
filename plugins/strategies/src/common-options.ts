import { z } from 'zod';
import {
  backfillOptions,
  cdcOptions,
  diffOptions,
  partitionOptions,
  scd2Options,
  windowOptions,
} from './mode-options.js';

/**
 * Keys that every strategy of a manifest may carry, whether it acts on them or not: a manifest that changes its `mode`
 * need not change the rest. What a strategy does not act on it says in its reasons.
 */
export const commonOptions = {
  merge_policy: z
    .enum([
      'auto',
      'default',
      'upsert',
      'delete_insert',
      'delete+insert',
      'shadow_swap',
      'exchange',
      'lightweight_delete_insert',
      'mutation_delete_insert',
      'alter_delete_insert',
      'event_upsert',
      'upsert_events',
    ])
    .default('auto')
    .describe(
      'How rows of a known key are replaced. `auto` (or `default`) takes what the sink does best; `upsert` updates in place; `delete_insert` (or `delete+insert`) deletes and inserts. The others are refused where the sink lacks them.',
    ),
  duplicate_policy: z
    .literal('fail')
    .default('fail')
    .describe('What rows of one load that share a key do: `fail`, before the target is touched. There is no other.'),
  only_new_rows: z
    .boolean()
    .default(false)
    .describe('`incremental_append`: leave out rows whose unique_key the target has already.'),
  overwrite_type: z
    .enum(['auto', 'truncate_insert', 'exchange', 'swap'])
    .default('auto')
    .describe(
      '`full_refresh`: `exchange` (or `swap`) puts staging in the place of the table; `truncate_insert` empties the table and fills it. Default `auto`: exchange where the sink can, because the rows are written once.',
    ),
  allow_non_recommended_policy: z
    .boolean()
    .default(false)
    .describe('Allows a merge policy that the sink advises against. The built-in policies need no leave.'),
  mutations_sync: z
    .union([z.boolean(), z.int().min(0).max(2)])
    .optional()
    .describe('Accepted for sinks that change rows by mutations. A load always waits until its change is done.'),
  partition: partitionOptions.optional().describe('`partition_replace`: the partitions, and how they are replaced.'),
  custom_predicate: z
    .string()
    .min(1)
    .optional()
    .describe("`replace`: which rows of the target are replaced, as a condition in the target's own SQL."),
  window: windowOptions.optional().describe('`replace`: which rows are replaced, as a range of a column.'),
  diff: diffOptions.optional().describe('`snapshot_diff`: what a difference is, and what becomes of absent keys.'),
  scd2: scd2Options.optional().describe('`scd2`: the columns of a version, and since when a row holds.'),
  cdc: cdcOptions.optional().describe('`cdc_apply`: what the columns of an event are, and what a deletion does.'),
  backfill: backfillOptions.optional().describe('`backfill`: the chunks, and how each is loaded.'),
} as const;

export const commonSchema = z.strictObject(commonOptions);
export type CommonOptions = z.output<typeof commonSchema>;

/** What each key is worth where nobody wrote it. */
const UNSET: Readonly<Partial<CommonOptions>> = { merge_policy: 'auto', overwrite_type: 'auto', only_new_rows: false };
const OPTIONAL = [
  'merge_policy',
  'overwrite_type',
  'only_new_rows',
  'partition',
  'custom_predicate',
  'window',
  'diff',
  'scd2',
  'cdc',
  'backfill',
] as const;

/** One line for the keys that are set and that this mode does not act on. */
export function unusedReason(mode: string, options: CommonOptions, used: readonly string[]): string[] {
  const unused = OPTIONAL.filter((key) => !used.includes(key) && options[key] !== UNSET[key]);
  return unused.length === 0 ? [] : [`${unused.join(', ')}: not used by ${mode}`];
}
