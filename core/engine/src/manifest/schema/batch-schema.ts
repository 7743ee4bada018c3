import { z } from 'zod';
import { flag, names, object, text } from './field.js';
import { contractSchema } from './policy-fields.js';
import { acceptedTop, dependencies } from './process-schema.js';
import { observabilitySchema } from './observability-fields.js';
import { quality } from './quality-fields.js';

/** Part of a process; checked as a whole once all layers are merged. The JSON Schema puts the process's keys here. */
const fragment = (about: string) =>
  z.record(z.string(), z.unknown()).optional().describe(about).meta({ fragment: true });

const vars = (about: string) => z.record(z.string(), z.unknown()).optional().describe(about);

const template = (about: string) => z.string().optional().describe(`Template of ${about}, used where it is not given.`);

const naming = object({
  sink_dataset: template('`sink.table.schema`'),
  sink_table: template('`sink.table.name`'),
  process_name: template('`name`'),
  task_group: template('`task_group`'),
  description: template('`description`'),
  sink_table_description: template('`sink.options.table_description`'),
  table_description: template('`sink.options.table_description`'),
  labels: z.record(z.string(), z.unknown()).optional().describe('Templates of `sink.options.table_labels`.'),
}).optional();

const severity = () => z.enum(['ERROR', 'WARNING', 'INFO']).optional();
const patterns = () => z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional();

export const validationSchema = object({
  dataset_pattern: z.string().optional().describe('Pattern of `sink.table.schema`.'),
  table_pattern: z.string().optional().describe('Pattern of `sink.table.name`.'),
  required_labels: names().optional().describe('Labels that `table_labels` must have.'),
  require_table_description: flag().optional().describe('Whether a description is needed.'),
  forbidden_label_values: z
    .record(z.string(), z.array(z.unknown()))
    .optional()
    .describe('Values that a label must not have.'),
  label_value_patterns: z.record(z.string(), z.string()).optional().describe('Pattern of each label.'),
  description_required_regex: patterns().describe('Patterns that the description must show.'),
  description_forbidden_regex: patterns().describe('Patterns that the description must not show.'),
  require_source_path_in_description: flag().optional().describe('Whether the description must name the source table.'),
  technical_columns: z
    .enum(['required', 'optional', 'forbidden'])
    .optional()
    .describe('Whether framework columns must be on.'),
  require_technical_columns: flag().optional().describe('Older form of `technical_columns: required`.'),
  missing_labels_severity: severity().describe('How a breach of this rule counts.').meta({ defaultsTo: 'WARNING' }),
  missing_description_severity: severity()
    .describe('How a breach of this rule counts.')
    .meta({ defaultsTo: 'WARNING' }),
  invalid_label_value_severity: severity().describe('How a breach of this rule counts.').meta({ defaultsTo: 'ERROR' }),
  invalid_description_severity: severity().describe('How a breach of this rule counts.').meta({ defaultsTo: 'ERROR' }),
  technical_columns_severity: severity().describe('How a breach of this rule counts.').meta({ defaultsTo: 'ERROR' }),
});

const tableSpec = object({
  table: text().describe('Name of the source table.'),
  id: text().optional().describe('Selector of the process, instead of `<schema>.<table>`.'),
  vars: vars('Variables of this table.'),
  naming: naming.describe('Naming of this table.'),
  overrides: fragment('Keys of the process for this table.'),
  depends_on: dependencies().optional().describe('Added to the `depends_on` of the process.'),
});

const schemaBlock = object({
  vars: vars('Variables of this schema.'),
  naming: naming.describe('Naming of this schema.'),
  defaults: fragment('Keys of the process for every table of this schema.'),
  tables: z
    .array(
      z.union([text(), tableSpec], {
        error: 'must be the name of a table or {table, id, vars, naming, overrides, depends_on}',
      }),
    )
    .min(1, 'must name at least one table')
    .describe('The tables: a name, or a map.'),
});

/** The batch form: one manifest for many tables. */
export const batchSchema = object(
  {
    kind: z.literal('dpone.batch.v1').describe('The form.'),
    schemas: z
      .record(z.string(), schemaBlock)
      .refine((value) => Object.keys(value).length > 0, 'must have at least one schema')
      .describe('The source schemas and their tables.'),
    convention: z
      .string()
      .optional()
      .describe('A built-in convention (`landing_raw_v1`), or the relative path of one.'),
    conventions: z.array(z.string()).optional().describe('Several conventions; the later wins.'),
    registry: z.string().optional().describe('Relative path of a registry of sources; its values become variables.'),
    registries: z.array(z.string()).optional().describe('Several registries; the later wins.'),
    vars: vars('Variables for templates; they may refer to each other.'),
    naming: naming.describe('Templates of names.'),
    validation: validationSchema
      .optional()
      .describe('Rules for names, labels and descriptions that `manifest validate` holds.'),
    defaults: fragment('Keys of the process for every table.'),
    quality: quality.optional().describe('Rules for the data of every table.'),
    schema_contract: contractSchema.optional().describe('What every row of every table must fit.'),
    meta: z.unknown().optional().describe('For people; not read.'),
    observability: observabilitySchema,
    ...acceptedTop,
  },
  {
    source: 'defaults',
    sink: 'defaults',
    state: 'defaults',
    engine: 'defaults',
    tables: 'schemas.<schema>',
    name: 'naming.process_name',
    transforms: 'defaults',
    reconciliation: 'defaults',
    depends_on: 'defaults',
  },
);
export type ParsedValidation = z.output<typeof validationSchema>;
