import { z } from 'zod';

export { connection, type ClickHouseConnection } from './connection/settings.js';

const names = (what: string) => z.array(z.string().min(1)).default([]).describe(what);

const settings = z
  .record(z.string().regex(/^\w+$/, 'is the name of a setting'), z.union([z.string(), z.number(), z.boolean()]))
  .default({})
  .describe(
    'Settings of the server for every statement, such as `max_memory_usage`. Those that keep values exact are set by dpone and cannot be changed here.',
  );

const common = {
  connect_timeout_ms: z
    .int()
    .min(1)
    .default(15_000)
    .describe('The longest wait for the first answer of the server. In milliseconds. Default 15000.'),
  settings,
};

export const sourceOptions = z.strictObject({
  query: z
    .string()
    .min(1)
    .optional()
    .describe('A SELECT to read instead of a table. It is run as one statement, which sees one state.'),
  final: z
    .boolean()
    .default(false)
    .describe('Read `FINAL`: rows that a ReplacingMergeTree has not merged yet come once. Default false.'),
  bytes: names('Columns of type String or FixedString that hold bytes and no text. Other ones must be UTF-8.'),
  ...common,
  batch_size: z.int().min(1).optional().describe('Accepted; tables are read as streams, without pages.'),
});
export type SourceOptions = z.output<typeof sourceOptions>;

export const sinkOptions = z.strictObject({
  engine: z
    .string()
    .regex(/^(?:Replicated)?(?:Replacing)?MergeTree(?:\([^;]*\))?$/, {
      message: 'is MergeTree or ReplacingMergeTree, Replicated or not, with its arguments',
    })
    .default('MergeTree')
    .describe(
      'Engine of a table that a load makes: `MergeTree`, `ReplacingMergeTree(version)`, `ReplicatedMergeTree`, ... An existing table keeps its own. Default MergeTree.',
    ),
  order_by: names('Sorting key of a table that a load makes, as expressions: `[id]`. Default none: `tuple()`.'),
  partition_by: z
    .string()
    .min(1)
    .optional()
    .describe('Partition key of a table that a load makes, an expression: `toYYYYMM(ordered_on)`.'),
  table_settings: z
    .record(z.string().regex(/^\w+$/, 'is the name of a setting'), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('`SETTINGS` of a table that a load makes, such as `storage_policy`.'),
  cluster: z
    .string()
    .min(1)
    .optional()
    .describe('Name of a cluster: tables are made, exchanged and dropped `ON CLUSTER`. Default: this server alone.'),
  reads_s3: z
    .boolean()
    .default(false)
    .describe(
      'Whether the server itself reads Parquet objects where the source is `s3`. It must reach the store, and is given the credentials of the source with each statement. Default false: dpone brings the bytes.',
    ),
  merge: z
    .enum(['delete_insert', 'replacing'])
    .default('delete_insert')
    .describe(
      'How staged rows replace those of the same key: by lightweight deletes and an insert, or (`replacing`) by an insert alone, where the engine is a ReplacingMergeTree whose sorting key is the key. Default delete_insert.',
    ),
  ...common,
  batch_size: z.int().min(1).optional().describe('Accepted; tables are written as streams, without pages.'),
});
export type SinkOptions = z.output<typeof sinkOptions>;
