import { z } from 'zod';

export { connection, type MssqlConnection } from './connection/settings.js';

const milliseconds = (what: string, fallback: number) =>
  z.int().min(0).default(fallback).describe(`${what} In milliseconds; 0 sets no limit. Default ${fallback}.`);

/** How long is waited, of source and sink alike. */
const timeouts = {
  connect_timeout_ms: milliseconds('The longest wait for a connection.', 15_000),
  statement_timeout_ms: milliseconds('The longest that one statement may run.', 0),
  lock_timeout_ms: milliseconds(
    'The longest wait for a lock of the server: a load that meets a busy table fails instead of waiting behind everybody else.',
    60_000,
  ),
};
export type Timeouts = z.output<z.ZodObject<typeof timeouts>>;

export const sourceOptions = z.strictObject({
  query: z
    .string()
    .min(1)
    .optional()
    .describe('A SELECT to read instead of a table. It is read as one partition, in one consistent state.'),
  isolation: z
    .enum(['snapshot', 'table_lock'])
    .default('snapshot')
    .describe(
      'How a read sees one state. `snapshot` blocks nobody and needs ALLOW_SNAPSHOT_ISOLATION; `table_lock` holds a shared lock of the table, so that nobody writes it until the read is done. Default `snapshot`.',
    ),
  offsets: z
    .enum(['utc', 'text'])
    .default('utc')
    .describe(
      'What a datetimeoffset becomes: `utc` is the same instant without its offset, `text` keeps both, as a text. Default `utc`.',
    ),
  ...timeouts,
  batch_size: z.int().min(1).optional().describe('Accepted; tables are read as streams, without pages.'),
});
export type SourceOptions = z.output<typeof sourceOptions>;

export const sinkOptions = z.strictObject({
  collation: z
    .string()
    .regex(/^\w+$/, 'is a name of letters, digits and _')
    .optional()
    .describe(
      'Collation of text columns that dpone makes, e.g. `Latin1_General_100_BIN2`. Default: the one of the database.',
    ),
  ...timeouts,
  keep_backup: z
    .boolean()
    .default(false)
    .describe(
      'Keep a copy of the target as it was before the newest load, `<table>__dpone_backup_<load id>`, so that `dpone ops rollback-execute` can put it back. Nobody else writes the table while it is copied and changed.',
    ),
  batch_size: z.int().min(1).optional().describe('Accepted; tables are written as streams, without pages.'),
});
export type SinkOptions = z.output<typeof sinkOptions>;
