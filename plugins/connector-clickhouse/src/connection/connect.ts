import { readFile } from 'node:fs/promises';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import type { ClickHouseConnection } from './settings.js';

/** Statements may take hours; what ends them is the signal of the run. The longest that a timer of Node.js can wait. */
const REQUEST_MS = 2 ** 31 - 1;
/** Readers, writers, the heartbeat and what looks after them. */
const SOCKETS = 32;

export async function openClient(connection: ClickHouseConnection): Promise<ClickHouseClient> {
  const { url, username, password, database, ca, compression } = connection;
  return createClient({
    url,
    username,
    password,
    database,
    request_timeout: REQUEST_MS,
    max_open_connections: SOCKETS,
    compression: { request: compression, response: compression },
    application: 'dpone',
    // Its messages hold statements; what counts is in the error.
    log: { level: ClickHouseLogLevel.OFF },
    ...(ca === undefined ? {} : { tls: { ca_cert: await readFile(ca) } }),
  });
}
