import { randomBytes } from 'node:crypto';
import mssql from 'mssql';
import { given } from './given.js';

/** A database of a test's own on the given server. */
export interface FreshMssql {
  readonly database: string;
  /** The connection URI. */
  readonly uri: string;
  readonly host: string;
  readonly port: number;
  /** The same database by another way to the server, such as a proxy. */
  via(host: string, port: number): string;
  /** Runs a batch; resolves with the rows of its last result, dates and decimals as the driver gives them. */
  sql<T = Record<string, unknown>>(text: string): Promise<T[]>;
  drop(): Promise<void>;
}

/** The server that the environment gives the tests by `DPONE_TEST_MSSQL_URL` (`mssql://sa:...@host:1433?encrypt=false`), or nothing. */
export const givenMssql = (): string | undefined => given('DPONE_TEST_MSSQL_URL');

/** Why there is no SQL Server here; undefined where there is one. None can be fetched: it is in no registry. */
export const mssqlMissing = (): string | undefined =>
  givenMssql() === undefined ? 'DPONE_TEST_MSSQL_URL names no server, and none can be fetched' : undefined;

/** What the given server says that it is. */
export async function mssqlVersion(): Promise<string> {
  const access = await open(new URL(givenMssql()!), undefined);
  try {
    const [row] = await access.batch<{ version: string }>('SELECT @@VERSION AS version');
    return row?.version ?? '';
  } finally {
    await access.close();
  }
}

/** Makes a database, with SNAPSHOT isolation where the server has a switch for it. */
export async function freshMssql(): Promise<FreshMssql> {
  const given = givenMssql();
  if (given === undefined) throw new Error(mssqlMissing());
  const url = new URL(given);
  const database = `dpone_test_${randomBytes(6).toString('hex')}`;
  const admin = await open(url, undefined);
  try {
    await admin.batch(`CREATE DATABASE ${database}`);
    await admin.batch(`ALTER DATABASE ${database} SET ALLOW_SNAPSHOT_ISOLATION ON`).catch(() => undefined);
  } finally {
    await admin.close();
  }
  const via = (host: string, port: number): string => {
    const own = new URL(url);
    own.hostname = host;
    own.port = String(port);
    own.pathname = `/${database}`;
    return own.href;
  };
  const access = await open(url, database);
  const port = Number(url.port || '1433');
  return {
    database,
    uri: via(url.hostname, port),
    host: url.hostname,
    port,
    via,
    sql: access.batch,
    drop: async () => {
      await access.close();
      const last = await open(url, undefined);
      try {
        // Sessions of killed processes may still be there.
        await last.batch(`ALTER DATABASE ${database} SET SINGLE_USER WITH ROLLBACK IMMEDIATE`).catch(() => undefined);
        await last.batch(`DROP DATABASE ${database}`).catch(() => undefined);
      } finally {
        await last.close();
      }
    },
  };
}

async function open(url: URL, database: string | undefined) {
  const pool = new mssql.ConnectionPool({
    server: url.hostname,
    port: Number(url.port || '1433'),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(database === undefined ? {} : { database }),
    requestTimeout: 60_000,
    options: { encrypt: url.searchParams.get('encrypt') !== 'false', trustServerCertificate: true },
  });
  pool.on('error', () => undefined);
  await pool.connect();
  return {
    batch: async <T>(text: string): Promise<T[]> => {
      const { recordsets } = await pool.request().batch(text);
      return ((recordsets as unknown[][]).at(-1) ?? []) as T[];
    },
    close: () => pool.close(),
  };
}
