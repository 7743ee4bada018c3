import { z } from 'zod';

const column = () => z.string().min(1);
const bound = () => z.union([z.string().min(1), z.number(), z.boolean()]);

export const partitionOptions = z.strictObject({
  column: column().optional().describe('The column whose values are the partitions.'),
  max_partitions_per_run: z
    .int()
    .min(1)
    .default(64)
    .describe('A load with more partitions than these is refused before the target is touched.'),
  values_from_staging: z
    .literal(true)
    .default(true)
    .describe('The partitions that are replaced are those that the load has rows of. There is no other way.'),
  native: z
    .boolean()
    .default(true)
    .describe("Whether the target's own partitions are exchanged; false: rows are deleted and inserted."),
  native_mode: z
    .enum(['auto', 'required', 'fallback'])
    .default('auto')
    .describe(
      '`required`: a target that cannot exchange partitions stops the load. `auto`, `fallback`: rows are replaced.',
    ),
  require_native: z.boolean().default(false).describe('The same as `native_mode: required`.'),
});

export const windowOptions = z
  .strictObject({
    column: column().describe('The column that says which rows are of the window. The source needs it too.'),
    from: bound().optional().describe('The first value of the window.'),
    to: bound().optional().describe('The first value behind the window.'),
  })
  .refine((window) => window.from !== undefined || window.to !== undefined, {
    error: 'a window needs from, to or both',
  });

export const diffOptions = z.strictObject({
  compare: z
    .enum(['auto', 'row_hash', 'all_columns'])
    .default('auto')
    .describe(
      '`all_columns`: a row differs where a column does. `row_hash`: where `__dpone__row_hash` does, which the target then keeps. `auto` is `all_columns`: it hashes nothing.',
    ),
  delete_policy: z
    .enum(['hard_delete', 'soft_delete', 'ignore'])
    .default('hard_delete')
    .describe(
      'Rows whose key the snapshot lacks: `hard_delete` removes them, `soft_delete` sets `__dpone__deleted_at`, `ignore` leaves them.',
    ),
});

export const scd2Options = z.strictObject({
  effective_column: column()
    .optional()
    .describe('The column that says since when a row holds. Default: it holds since the time of the load.'),
  valid_from_column: column().default('__dpone__valid_from_at').describe('Since when a version holds.'),
  valid_to_column: column().default('__dpone__valid_to_at').describe('Until when it held; NULL: it still does.'),
  current_flag_column: column().default('__dpone__is_current').describe('Whether it is the current one of its key.'),
  row_hash_column: column()
    .optional()
    .describe('A column with the hash of the row, by which versions are told apart. Default: by their columns.'),
  delete_policy: z
    .enum(['expire', 'ignore'])
    .default('ignore')
    .describe(
      'Keys that a load of the whole source lacks: `expire` ends their current version, `ignore` leaves it. An increment never ends one.',
    ),
});

const words = (...values: string[]) => z.array(z.string().min(1)).min(1).default(values);

export const cdcOptions = z.strictObject({
  delete_policy: z
    .enum(['apply', 'soft_delete', 'ignore'])
    .default('apply')
    .describe('A deletion removes the row, sets `__dpone__deleted_at`, or does nothing.'),
  operation_column: column()
    .optional()
    .describe(
      'The column with the kind of event. Default: the one of a source that reads changes, else `__dpone__op`.',
    ),
  order_column: column()
    .optional()
    .describe('The column with an integer that events are applied in the order of. Default: the one of such a source.'),
  unchanged_column: column()
    .optional()
    .describe('The column with a JSON list of columns that an event leaves as they are.'),
  old_key_column: column().optional().describe('The column with the key before the event, a JSON object.'),
  envelope_columns: z
    .array(column())
    .default([])
    .describe('Further columns of the event that do not reach the target.'),
  upserts: words('c', 'create', 'i', 'insert', 'r', 'read', 'snapshot', 'u', 'update', 'upsert').describe(
    'Kinds of event that carry the row as it is now, in any case of letters.',
  ),
  deletes: words('d', 'delete', 'tombstone').describe('Kinds of event that remove the row.'),
  truncates: words('t', 'truncate').describe('Kinds of event that empty the table.'),
});

export const backfillOptions = z.strictObject({
  inner_mode: z
    .enum(['partition_replace', 'replace', 'incremental_merge', 'incremental_append'])
    .describe(
      'How each chunk is loaded: by this strategy, of the rows of its window alone. `incremental_append` is for sinks that only add rows: what the target has of the range already stays beside it.',
    ),
  parallel_workers: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'Chunks that are staged at once, each in a process of its own; one after the other they change the target. Needs a sink that several processes can write into.',
    ),
  chunk: z
    .strictObject({
      column: column().describe('The column whose ranges the chunks are: a number, a date or a time.'),
      from: z.union([z.string().min(1), z.number()]).describe('Where the first chunk begins.'),
      to: z.union([z.string().min(1), z.number()]).describe('Where the last chunk ends; itself behind it.'),
      step: z
        .union([z.string().min(1), z.number()])
        .describe('How wide a chunk is: a number, `1 day`, `1 month`, `6 hours`, or ISO 8601 (`P1D`, `P1M`, `PT6H`).'),
    })
    .describe('What the chunks are: half-open ranges, the first value in, the last one out.'),
  max_attempts: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe(
      'How often a chunk is tried that fails for a passing reason, or that its worker dies of, before it is set aside.',
    ),
});
