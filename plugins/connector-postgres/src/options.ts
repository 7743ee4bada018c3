import { z } from 'zod';

export { connection, type PostgresConnection } from './connection/settings.js';

const milliseconds = (what: string, fallback: number) =>
  z.int().min(0).default(fallback).describe(`${what} In milliseconds; 0 leaves it to the server. Default ${fallback}.`);

/** How long is waited, of source and sink alike. */
const timeouts = {
  connect_timeout_ms: milliseconds('The longest wait for a connection.', 15_000),
  statement_timeout_ms: milliseconds('The longest that one statement may run.', 0),
  lock_timeout_ms: milliseconds(
    'The longest wait for a lock of the server: a load that meets a busy table fails instead of queueing everybody else behind it.',
    60_000,
  ),
  idle_in_transaction_timeout_ms: milliseconds(
    'The longest that a transaction may wait for dpone: what a paused or cut-off run holds is given free.',
    600_000,
  ),
};
export type Timeouts = z.output<z.ZodObject<typeof timeouts>>;

export const sourceOptions = z.strictObject({
  query: z
    .string()
    .min(1)
    .optional()
    .describe('A SELECT to read instead of a table. It is read as one partition, in one consistent state.'),
  slot: z
    .string()
    .regex(/^[a-z0-9_]{1,63}$/, 'has only lower-case letters, digits and _ (63 at most)')
    .optional()
    .describe('Cursor `cdc`: name of the replication slot. Default: `dpone_` and the name of the process.'),
  publication: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe('Cursor `cdc`: name of the publication. Default: the name of the slot; it is made where it is absent.'),
  ...timeouts,
  batch_size: z.int().min(1).optional().describe('Accepted; tables are read as streams, without pages.'),
});
export type SourceOptions = z.output<typeof sourceOptions>;

export const sinkOptions = z.strictObject({
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

const ofTheReference = () =>
  z.string().min(1).optional().describe('Accepted; every kind of state is kept in the one table.');

export const stateStoreOptions = z.strictObject({
  table: z
    .strictObject({
      schema: z
        .string()
        .min(1)
        .default('etl_state')
        .describe('Its schema; made where it is absent. Default `etl_state`.'),
      name: z.string().min(1).default('dpone_state').describe('Its name. Default `dpone_state`.'),
      run_name: ofTheReference(),
      kafka_name: ofTheReference(),
    })
    .prefault({})
    .describe('The table that holds the records; made where it is absent.'),
  run_table: ofTheReference(),
  kafka_table: ofTheReference(),
  ...timeouts,
});
export type StateStoreOptions = z.output<typeof stateStoreOptions>;
