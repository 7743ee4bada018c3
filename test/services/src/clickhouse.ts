import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clickhouseBinaries, clickhouseUnavailable } from './clickhouse-binaries.js';
import { clickhouseSql, type ClickHouseSql } from './clickhouse-sql.js';
import type { ClickHouseFacts } from './clickhouse-process.js';
import { supervise } from './supervise.js';
import { given } from './given.js';

/** A running server. */
export interface ClickHouseServer extends ClickHouseSql {
  readonly host: string;
  readonly port: number;
  /** Whether it came by `DPONE_TEST_CLICKHOUSE_URL`; such a server cannot be stopped, killed or restarted. */
  readonly given: boolean;
  /** The connection URI of a database; by default `default`. */
  uri(database?: string): string;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
  /** SIGKILL; `restart()` brings it back with the data that it had written. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  log(): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The server that the environment gives the tests by `DPONE_TEST_CLICKHOUSE_URL`, or nothing. */
export const givenClickHouse = (): string | undefined => given('DPONE_TEST_CLICKHOUSE_URL');

/** Why no ClickHouse can be had here; undefined where one can. Fetches the engine on a machine's first call. */
export async function clickhouseMissing(): Promise<string | undefined> {
  if (givenClickHouse() !== undefined) return undefined;
  const why = clickhouseUnavailable();
  if (why !== undefined) return why;
  return clickhouseBinaries().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** Starts a server of the test's own; it ends with `stop()`, or when the test process does, in whatever way. */
export async function startClickHouse(): Promise<ClickHouseServer> {
  const given = givenClickHouse();
  return given === undefined ? launch() : connectGiven(given);
}

async function launch(): Promise<ClickHouseServer> {
  const service = supervise<ClickHouseFacts>(new URL('./clickhouse-process.js', import.meta.url), {});
  const { port, folder } = await service.start().catch(async (error: unknown) => {
    await service.remove();
    throw error;
  });
  const uri = (database = 'default'): string =>
    `clickhouse://default@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  return {
    ...clickhouseSql(new URL(`http://127.0.0.1:${port}/`)),
    host: '127.0.0.1',
    port,
    given: false,
    uri,
    stop: () => service.remove(),
    kill: () => service.kill(),
    async restart() {
      await service.stop();
      await service.start();
    },
    log: () => readFile(join(folder, 'server.log'), 'utf8'),
    [Symbol.asyncDispose]: () => service.remove(),
  };
}

const refuse = (what: string) => (): Promise<never> =>
  Promise.reject(
    new Error(`the server of DPONE_TEST_CLICKHOUSE_URL cannot be ${what} by a test: it is not the test's`),
  );

function connectGiven(text: string): ClickHouseServer {
  const url = new URL(text);
  return {
    ...clickhouseSql(url),
    host: url.hostname,
    port: Number(url.port || (url.protocol === 'https:' ? '443' : '8123')),
    given: true,
    uri: (database = 'default') => {
      const own = new URL(url);
      own.pathname = `/${encodeURIComponent(database)}`;
      return own.href;
    },
    stop: async () => {},
    kill: refuse('killed'),
    restart: refuse('restarted'),
    log: refuse('asked for its log'),
    [Symbol.asyncDispose]: async () => {},
  };
}

let shared: Promise<ClickHouseServer> | undefined;

/** The server that all tests of this process share; the first call starts it, it ends with the process. */
export const sharedClickHouse = (): Promise<ClickHouseServer> => (shared ??= startClickHouse());

/** A database of one test. */
export interface FreshClickHouse {
  readonly name: string;
  readonly uri: string;
  readonly server: ClickHouseServer;
  /** Runs one statement in this database and returns its rows. */
  sql<Row = Record<string, unknown>>(text: string): Promise<Row[]>;
  drop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes an empty database on the shared server, or on a server of the test's own. */
export async function freshClickHouse(
  on: { readonly server?: ClickHouseServer; readonly engine?: string } = {},
): Promise<FreshClickHouse> {
  const server = on.server ?? (await sharedClickHouse());
  const name = `dpone_test_${randomBytes(6).toString('hex')}`;
  await server.sql(`CREATE DATABASE ${name}${on.engine === undefined ? '' : ` ENGINE = ${on.engine}`}`, undefined, {
    allow_deprecated_database_ordinary: '1',
  });
  const drop = async (): Promise<void> => void (await server.sql(`DROP DATABASE IF EXISTS ${name} SYNC`));
  return {
    name,
    uri: server.uri(name),
    server,
    sql: (text) => server.sql(text, name),
    drop,
    [Symbol.asyncDispose]: drop,
  };
}
