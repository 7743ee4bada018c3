import { LANES } from '@dpone/sdk';
import { z } from 'zod';
import { connectionFields, table } from './connection-fields.js';
import { accepted, integer, names, number, object, text } from './field.js';
import { observabilitySchema } from './observability-fields.js';
import { options } from './option-fields.js';
import { contractSchema } from './policy-fields.js';
import { quality } from './quality-fields.js';

const typeId = () =>
  z.string().regex(/^[a-z][a-z0-9_-]*$/, 'must be a type id: lower-case letters, digits, `_` and `-`');

/** Letters, digits, `_`, `-` and `.`: a name is also part of file names. */
export const processName = () =>
  z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'must be of letters, digits, `_`, `-` and `.`')
    .max(128, 'must not be longer than 128 characters');

const side = {
  type: typeId().describe('The plugin id of the system: `dpone connectors list` shows what is installed.'),
  ...connectionFields,
  table: table().optional().describe('The table: `schema.name`, `name` or `{schema, name}`.'),
  topic: text().optional().describe('The topic, for systems that have topics.'),
  options: options()
    .optional()
    .describe('What the plugin reads (`dpone connectors describe TYPE`), and the keys that the engine reads.'),
} as const;

const sideElsewhere = {
  unique_key: 'sink.strategy',
  mode: 'sink.strategy',
  batch_size: 'options',
  lineage: 'sink.options',
  schema_evolution: 'sink.options',
  path: 'options',
  paths: 'options',
  format: 'options',
  incremental_column: 'source.options',
  incremental_strategy: 'source.options',
};

const source = object(
  {
    ...side,
    api_type: text().optional().describe('Which API, where `type` is `api`; given to the plugin as an option.'),
  },
  { ...sideElsewhere, strategy: 'sink' },
);

export const DEFAULT_MODE = 'full_refresh';

const strategy = z.looseObject({
  mode: typeId()
    .default(DEFAULT_MODE)
    .describe(
      'The load strategy: `full_refresh`, `incremental_append`, `incremental_merge`, another that a plugin brings, or `auto`.',
    ),
  unique_key: names().optional().describe('Columns that identify a row. `source.options.unique_key` wins.'),
});

const sink = object(
  {
    ...side,
    staging: object({ schema: text().optional().describe("Schema of staging tables. Default: the target's.") })
      .optional()
      .describe('Where staging tables are made.'),
    strategy: strategy
      .prefault({})
      .describe("How the target is changed: `mode`, `unique_key` and the strategy's own keys."),
  },
  sideElsewhere,
);

const state = z
  .looseObject({
    type: typeId()
      .default('target')
      .describe(
        '`target` (in the target itself, committed with the data), `file`, or a state store that a plugin brings (`postgres`).',
      ),
    ...connectionFields,
    credentials_source: text().optional().describe('Another name of `connection_type`.'),
  })
  .prefault({});

const engine = object({
  lanes: z
    .union([z.enum(LANES).transform((lane) => [lane]), z.array(z.enum(LANES))], {
      error: `must be of ${LANES.join(', ')}`,
    })
    .optional()
    .describe('The only lanes that may be planned. Default: all.'),
  memory_mb: integer({ min: 64 })
    .optional()
    .describe("Memory that the load's engines may take, in MB. Default: half of the machine's, 400 at most."),
  parallel: integer({ min: 1, max: 1024 })
    .optional()
    .describe('Partitions carried out at once. Default: as many as there are processors.'),
  executor: z
    .union(
      [
        typeId().transform((type) => ({ type })),
        z.looseObject({ type: typeId().default('local').describe('The id of the executor.') }),
      ],
      {
        error: 'must be the id of an executor or {type, ...}',
      },
    )
    .prefault('local')
    .describe(
      'What carries partitions out: `local`, or an executor that a plugin brings; `{type: local, processes: N}` with its options.',
    ),
  lock_timeout: number({ min: 0 })
    .default(60)
    .describe('Seconds to wait for another load of the same target to end.')
    .meta({ defaultsTo: 60 }),
});

export const dependency = z.union(
  [
    text(),
    object({
      path: text().optional().describe('A manifest, `manifest#selector` or `#selector`.'),
      group: text().optional().describe('A task group: every process in it.'),
      alias: text().optional().describe('A name for it in scheduler graphs.'),
    }).refine((value) => value.path !== undefined || value.group !== undefined, 'needs `path` or `group`'),
  ],
  { error: 'must be a text or {path, group, alias}' },
);

export const dependencies = () =>
  z
    .union([z.array(dependency), dependency], { error: 'must be a text, {path, group, alias} or a list of them' })
    .transform((value) => (Array.isArray(value) ? value : [value]));

/** Keys of the reference system on the top level of a process, or of a batch manifest, that are not acted on. */
export const acceptedTop = {
  performance: accepted('Expected speed'),
  certification: accepted('Certification of the pair'),
} as const;

/** One process: the whole of a manifest in the single form, or what a table of the batch form is compiled to. */
export const processSchema = object(
  {
    kind: z.literal('dpone.single.v1').optional().describe('The form; may be left out.'),
    name: processName().describe('Name of the process: of its state, its runs and its evidence.'),
    description: z.string().optional().describe('For people.'),
    task_group: text().optional().describe('A group that other processes can depend on.'),
    source: source.describe('Where the data comes from.'),
    sink: sink.describe('Where the data goes.'),
    state: state.describe('Where it is remembered how far the source was read. Default: in the target.'),
    engine: engine.prefault({}).describe('How the load is carried out.'),
    quality: quality.optional().describe('Rules for the data.'),
    schema_contract: contractSchema
      .optional()
      .describe('What every row must fit. `sink.options.schema_contract` wins.'),
    depends_on: dependencies()
      .optional()
      .describe(
        'What must have run before: `other.yaml`, `other.yaml#selector`, `#selector`, a task group, or `{path, group, alias}`.',
      ),
    observability: observabilitySchema,
    ...acceptedTop,
    transforms: accepted('Transformations after the load'),
    reconciliation: accepted('Finds deleted rows by comparing keys'),
    tech_schema: accepted('Schema of the tables of `reconciliation`'),
    bigquery_proxy: accepted('Proxy for BigQuery'),
  },
  {
    schemas: 'the batch form: add `kind: dpone.batch.v1`',
    defaults: 'the batch form: add `kind: dpone.batch.v1`',
    vars: 'the batch form: add `kind: dpone.batch.v1`',
    strategy: 'sink',
    options: 'source or sink',
    unique_key: 'sink.strategy',
    mode: 'sink.strategy',
    table: 'source or sink',
    lineage: 'sink.options',
    schema_evolution: 'sink.options',
  },
);

export type ParsedProcess = z.output<typeof processSchema>;
