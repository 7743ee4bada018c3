import { randomBytes } from 'node:crypto';
import { postgresMajors, startPostgres } from './postgres.js';
import type { PostgresEndpoint, PostgresMajor } from './postgres-server.js';

const servers = new Map<PostgresMajor, Promise<PostgresEndpoint>>();

/**
 * The server of this major version that all tests of this process share; the first call starts it, it ends with the
 * process. By default the newest version. No test changes what holds for the whole server, such as its settings.
 */
export async function sharedPostgres(major?: PostgresMajor): Promise<PostgresEndpoint> {
  const wanted = major ?? (await postgresMajors()).at(-1)!;
  const running = servers.get(wanted) ?? startPostgres({ major: wanted });
  servers.set(wanted, running);
  return running;
}

/** A database of one test. */
export interface FreshDatabase {
  readonly name: string;
  readonly uri: string;
  readonly server: PostgresEndpoint;
  /** Runs statements in this database; see `PostgresEndpoint.sql`. */
  sql<Row = Record<string, unknown>>(text: string): Promise<Row[]>;
  /** Drops it, whoever is connected. */
  drop(): Promise<void>;
  /** Drops it: `await using db = await freshDatabase()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes an empty database on the shared server of that major version, by default the newest. */
export async function freshDatabase({ major }: { readonly major?: PostgresMajor } = {}): Promise<FreshDatabase> {
  const server = await sharedPostgres(major);
  const name = `dpone_test_${randomBytes(6).toString('hex')}`;
  await server.createDatabase(name);
  const drop = (): Promise<void> => server.dropDatabase(name);
  return {
    name,
    uri: server.uri(name),
    server,
    sql: (text) => server.sql(text, name),
    drop,
    [Symbol.asyncDispose]: drop,
  };
}
