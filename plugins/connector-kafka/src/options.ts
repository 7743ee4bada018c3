import { z } from 'zod';

export { connection, type KafkaConnection } from './connection/settings.js';

export const METADATA = ['topic', 'partition', 'offset', 'timestamp', 'key', 'headers', 'tombstone'] as const;
export type Metadata = (typeof METADATA)[number];

const topic = z
  .string()
  .regex(/^[\w.-]{1,249}$/, 'has only letters, digits, `.`, `_` and `-`, 249 at most')
  .optional()
  .describe('The topic; the same as `topic` beside `options`, or the name of the table.');

const registryFields = {
  enabled: z.boolean().optional().describe('Accepted; the format says whether a registry is asked.'),
  url: z.string().min(1).optional().describe('Its address, where the connection names none.'),
  subject: z.string().min(1).optional().describe('The subject of the values. Default `<topic>-value`.'),
};

const registry = z
  .strictObject(registryFields)
  .prefault({})
  .describe('The schema registry: any that has the API of Confluent.');

export const sourceOptions = z.strictObject({
  topic,
  message_format: z
    .enum(['json', 'json_schema', 'avro', 'protobuf', 'string', 'bytes'])
    .default('json')
    .describe(
      'What values are: `json` objects (default), `avro`, `protobuf` or `json_schema` by a schema registry, or one column `value` as `string` (UTF-8) or `bytes`.',
    ),
  schema_registry: registry,
  metadata: z
    .array(z.enum(METADATA))
    .default(['partition', 'offset', 'timestamp', 'key'])
    .describe(
      'Columns beside those of the value, named with `metadata_prefix`: `topic`, `partition`, `offset`, `timestamp`, `key`, `headers`, `tombstone`. Default: partition, offset, timestamp, key.',
    ),
  metadata_prefix: z.string().default('kafka_').describe('What their names begin with. Default `kafka_`.'),
  key_format: z
    .enum(['string', 'bytes'])
    .default('string')
    .describe('How the column `key` holds keys: `string` (UTF-8, default) or `bytes`.'),
  tombstones: z
    .enum(['rows', 'skip'])
    .default('rows')
    .describe('What a message without a value becomes: a row whose columns of the value are NULL, or nothing.'),
  unknown_fields: z
    .enum(['fail', 'ignore'])
    .default('fail')
    .describe(
      'json: what a field that is no column does. `fail` (default) treats the message as one that cannot be read.',
    ),
  schema_sample_size: z
    .int()
    .min(1)
    .default(1000)
    .describe('json: messages looked at to find columns and guess types. Default 1000.'),
  isolation: z
    .enum(['read_committed', 'read_uncommitted'])
    .default('read_committed')
    .describe('`read_committed` (default) never shows what a transaction aborted or has not committed.'),
  start_from: z
    .enum(['stored', 'earliest', 'latest'])
    .default('stored')
    .describe(
      'Where a read without stored offsets begins: `stored` and `earliest` at the beginning, `latest` at the end.',
    ),
  on_removed: z
    .enum(['fail', 'continue'])
    .default('fail')
    .describe(
      'What is done where retention removed messages behind the stored offsets: `fail` (default), or `continue` with what is left.',
    ),
  read_mode: z
    .enum(['offsets', 'time_window', 'max_records'])
    .default('offsets')
    .describe(
      'How far a read goes: to the end of the topic as it is when the read begins (`offsets`, default), to `time_window_end_ms`, or to `max_records`.',
    ),
  max_records: z.int().min(1).optional().describe('The most offsets that one load takes.'),
  time_window_start_ms: z
    .int()
    .min(0)
    .optional()
    .describe('Where a read without stored offsets begins, ms since 1970.'),
  time_window_end_ms: z
    .int()
    .min(0)
    .optional()
    .describe('Messages from this time on are left to later loads, ms since 1970.'),
  offset_storage: z
    .literal('dpone')
    .default('dpone')
    .describe('Offsets are kept with the state of the load, in the target; groups of consumers are not used.'),
  fetch_max_bytes: z
    .int()
    .min(1024)
    .default(8_388_608)
    .describe('Bytes that one answer of a broker brings. Default 8 MiB.'),
  batch_size: z.int().min(1).default(10_000).describe('Rows that are handed on at once. Default 10000.'),
  group_id: z.string().optional().describe('Accepted; no group of consumers is used.'),
  poll_timeout_ms: z.int().min(0).optional().describe('Accepted; a read ends where the topic ended when it began.'),
  max_empty_polls: z.int().min(0).optional().describe('Accepted; a read ends where the topic ended when it began.'),
});
export type SourceOptions = z.output<typeof sourceOptions>;

const names = z.union([
  z
    .string()
    .min(1)
    .transform((name) => name.split(',').map((part) => part.trim())),
  z.array(z.string().min(1)),
]);

const sinkRegistry = z
  .strictObject({
    ...registryFields,
    auto_register_schemas: z
      .boolean()
      .default(true)
      .describe('Whether a schema that is new is registered (default), or refused.'),
  })
  .prefault({})
  .describe('The schema registry: any that has the API of Confluent.');

export const sinkOptions = z.strictObject({
  topic,
  message_format: z
    .enum(['json', 'avro', 'string', 'bytes'])
    .default('json')
    .describe(
      'What values are: `json` objects of all columns (default), `avro` records of them by a schema registry, or the one column `value` as `string` or `bytes`.',
    ),
  schema_registry: sinkRegistry,
  key: z
    .union([
      names,
      z.strictObject({
        fields: names.describe('Columns that the key is made of.'),
        format: z.enum(['string', 'json']).optional().describe('How it is written.'),
      }),
    ])
    .optional()
    .describe(
      'Columns that a message is keyed by: one column is its text, several are a JSON object. Default: messages have no key, and partitions take turns.',
    ),
  key_format: z
    .enum(['string', 'json'])
    .optional()
    .describe('How the key is written: `string` is the text of the one column, `json` an object of all.'),
  headers: z
    .array(z.string().min(1))
    .default([])
    .describe('Columns that travel as headers of the message instead of in its value.'),
  deletes: z
    .strictObject({
      op_field: z.string().min(1).default('__dpone__op').describe('The column that says what happened to the row.'),
      tombstone: z.boolean().default(true).describe('Whether a deleted row becomes a message without a value.'),
    })
    .optional()
    .describe('Rows whose `op_field` is `delete` (or `d`) become tombstones: messages of their key without a value.'),
  partitions: z.int().min(1).optional().describe('Partitions of a topic that is made. Default: as the brokers say.'),
  replication_factor: z
    .int()
    .min(1)
    .optional()
    .describe('Copies of a topic that is made. Default: as the brokers say.'),
  topic_config: z
    .record(z.string(), z.coerce.string())
    .default({})
    .describe('Settings of a topic that is made, as `cleanup.policy: compact`.'),
  compression: z
    .enum(['none', 'gzip', 'zstd'])
    .default('none')
    .describe('How batches are compressed: `none` (default), `gzip` or `zstd`.'),
  batch_bytes: z
    .int()
    .min(1024)
    .default(524_288)
    .describe('Bytes of one batch of a partition; at most max.message.bytes of the topic. Default 512 KiB.'),
  transaction_timeout_ms: z
    .int()
    .min(1000)
    .default(600_000)
    .describe(
      'The longest that the transaction of a load may take; at most transaction.max.timeout.ms of the brokers (15 minutes). Default 10 minutes.',
    ),
  ledger_topic: z
    .string()
    .regex(/^[\w.-]{1,249}$/, 'has only letters, digits, `.`, `_` and `-`, 249 at most')
    .optional()
    .describe(
      'The compacted topic in which receipts, states and the lock of this topic lie. Default `__dpone__.<topic>`.',
    ),
  batch_size: z.int().min(1).optional().describe('Accepted; batches are made by `batch_bytes`.'),
});
export type SinkOptions = z.output<typeof sinkOptions>;
