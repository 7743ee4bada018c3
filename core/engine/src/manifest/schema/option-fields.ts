import { z } from 'zod';
import { contractSchema, evolutionSchema, lineageSchema } from './policy-fields.js';
import { accepted, flag, integer, names, number, object, text } from './field.js';

/** How the manifest may call each way of reading only what is new. */
export const CURSOR_NAMES = {
  xmin: 'xmin',
  postgres_xmin: 'xmin',
  pg_xmin: 'xmin',
  column: 'column',
  column_cursor: 'column',
  incremental_column: 'column',
  new_files: 'new_files',
  cdc: 'cdc',
  offsets: 'offsets',
} as const;

const declaredColumn = object({
  name: text().describe('Name of the column.'),
  type: text().describe('Type, as `bigint`, `decimal(12,2)`, `timestamp`.'),
  nullable: flag().optional().describe('Whether it may hold NULL.').meta({ defaultsTo: true }),
});

const bounds = z.union(
  [
    z.literal('auto'),
    object({
      lower: z.union([z.number(), z.string()]).describe('First value.'),
      upper: z.union([z.number(), z.string()]).describe('Last value.'),
    }),
  ],
  { error: 'must be `auto` or {lower, upper}' },
);

const partitioning = object({
  strategy: z.literal('range').optional().describe('How the read is split; ranges of a column.'),
  column: text().optional().describe('The column whose ranges split the read.'),
  bounds: bounds.optional().describe('`auto` asks the source; or `{lower, upper}`.').meta({ defaultsTo: 'auto' }),
  num_partitions: integer({ min: 1 }).optional().describe('How many ranges.').meta({ defaultsTo: 1 }),
  max_partitions: integer({ min: 1 }).optional().describe('The most ranges; as many as `num_partitions` where absent.'),
  target_rows_per_partition: integer({ min: 1 }).optional().describe('Rows that one range should hold.'),
  export_workers: integer({ min: 1 }).optional().describe('Ranges read at once.'),
  load_workers: integer({ min: 1 })
    .optional()
    .describe('Ranges staged at once; as many as `export_workers` where absent.'),
  adaptive: accepted('Sizes ranges from earlier runs'),
});

/**
 * Keys of `source.options` and `sink.options` that the engine reads itself. The reference system merges the two maps,
 * so each key is understood in both places, and the sink's value wins.
 */
export const engineOptions = {
  unique_key: names()
    .optional()
    .describe(
      'Columns that identify a row: a name, a comma list or a list. `source.options` wins over `sink.strategy`, which wins over `sink.options`.',
    ),
  incremental_strategy: z
    .enum(Object.keys(CURSOR_NAMES) as [keyof typeof CURSOR_NAMES, ...(keyof typeof CURSOR_NAMES)[]])
    .optional()
    .describe(
      'How what is new is known. Default: `column` where `incremental_column` is given, else what the source offers first.',
    ),
  incremental_column: text()
    .optional()
    .describe('The column whose largest value is remembered; the next run reads what is past it.'),
  lookback_days: number({ min: 0 })
    .optional()
    .describe('Days that an incremental read goes back behind the remembered value.')
    .meta({ defaultsTo: 0 }),
  custom_predicate: text()
    .optional()
    .describe('SQL condition on the rows of the source, given to the source as it is.'),
  exclude_columns: names().optional().describe('Columns of the source that are left out.'),
  columns: z.array(declaredColumn).optional().describe('Columns of a source that cannot tell them itself.'),
  source_schema: z.array(declaredColumn).optional().describe('The same as `columns`.'),
  partitioning: partitioning.optional().describe('Splits the read into ranges that are read at once.'),
  partition_column: text().optional().describe('The same as `partitioning.column`; also a hint for `mode: auto`.'),
  lower_bound: z.union([z.number(), z.string()]).optional().describe('The same as `partitioning.bounds.lower`.'),
  upper_bound: z.union([z.number(), z.string()]).optional().describe('The same as `partitioning.bounds.upper`.'),
  partition_lower_bound: z
    .union([z.number(), z.string()])
    .optional()
    .describe('The same as `partitioning.bounds.lower`.'),
  partition_upper_bound: z
    .union([z.number(), z.string()])
    .optional()
    .describe('The same as `partitioning.bounds.upper`.'),
  partition_count: integer({ min: 1 }).optional().describe('The same as `partitioning.num_partitions`.'),
  partition_workers: integer({ min: 1 }).optional().describe('The same as `partitioning.export_workers`.'),
  parallel_load_workers: integer({ min: 1 }).optional().describe('The same as `partitioning.load_workers`.'),
  partition_load_workers: integer({ min: 1 }).optional().describe('The same as `partitioning.load_workers`.'),
  estimated_rows: integer({ min: 0 }).optional().describe('Hint for `mode: auto`: rows of the source.'),
  changed_percent: number({ min: 0, max: 100 })
    .optional()
    .describe('Hint for `mode: auto`: share of the rows that changes between loads.'),
  delete_percent: number({ min: 0, max: 100 })
    .optional()
    .describe('Hint for `mode: auto`: share of the rows that is deleted between loads.'),
  cdc_enabled: flag().optional().describe('Hint for `mode: auto`: the source delivers change events.'),
  lineage: lineageSchema
    .optional()
    .describe('The `__dpone__*` columns of the target: a preset, a boolean, or `{enabled, preset}`.')
    .meta({ defaultsTo: 'minimal' }),
  technical_columns: z
    .enum(['required', 'optional', 'forbidden'])
    .optional()
    .describe('`forbidden` is the same as `lineage: off`; the others leave `lineage` as it is.'),
  include_technical_columns: flag().optional().describe('Older form of `technical_columns`: false is `forbidden`.'),
  schema_evolution: evolutionSchema
    .optional()
    .describe('What is done where the source no longer fits the target. A boolean switches it.'),
  schema_contract: contractSchema
    .optional()
    .describe('What every row must fit. Wins over the top-level `schema_contract`.'),
  technical_columns_naming: accepted('`legacy_compat` names the framework columns as older versions did'),
  source_timezone: accepted('Time zone of timestamps without one'),
  type_fidelity: accepted('How binary values, times and offsets are represented'),
  type_inference: accepted('How types are guessed from data'),
  physical_design: accepted('Target types, indexes, partitions and storage'),
  normalization: accepted('Splits nested documents into child tables'),
  log_sample_rows: accepted('Rows of the target that are written to the log'),
  with_dedup: accepted('Removes duplicates'),
  dedup_expression: accepted('How duplicates are removed'),
  dedup_target: accepted('Where duplicates are removed'),
  apply_table_metadata: accepted('Applies labels and description to an existing table'),
  table_labels: accepted('Labels of the target table; `validation` reads them'),
  table_description: accepted('Description of the target table; `validation` reads it'),
  native_transfer: accepted('Settings of native transfers'),
  runtime_evidence: accepted('Where a report of the transfer is written'),
  artifact_dir: accepted('Where a report of the transfer is written'),
} as const;

/** `source.options` and `sink.options`: the engine's keys, and whatever the plugin's own schema knows. */
export const options = () => z.looseObject(engineOptions);
