/** The major versions that the development dependencies bring: the oldest supported one and the newest. */
export const POSTGRES_MAJORS = [13, 18] as const;

/** A major version of Postgres that dpone supports. Those outside `POSTGRES_MAJORS` come only by environment. */
export type PostgresMajor = 13 | 14 | 15 | 16 | 17 | 18;

/** A running server, without the means to end it. */
export interface PostgresEndpoint {
  readonly major: PostgresMajor;
  readonly host: string;
  readonly port: number;
  /** The folder of its Unix socket, where there is one: `host` for a client that shall use it. */
  readonly socketDir?: string;
  /** A superuser without a password (a given server: the user of its URL). */
  readonly user: string;
  /** Whether it came by `DPONE_TEST_POSTGRES_URL`; such a server cannot be stopped, killed or restarted. */
  readonly given: boolean;
  /** The connection URI of a database; by default `postgres`. */
  uri(database?: string): string;
  /** Runs one or more statements on a connection of their own and returns the rows of the last one. */
  sql<Row = Record<string, unknown>>(text: string, database?: string): Promise<Row[]>;
  /** Makes an empty UTF-8 database with the C locale. */
  createDatabase(name: string): Promise<void>;
  /** Drops a database with its replication slots, whoever is connected to it. */
  dropDatabase(name: string): Promise<void>;
}

/** A server of one test. */
export interface PostgresServer extends PostgresEndpoint {
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster and each of its processes; `restart()` brings it back with what was committed. */
  kill(): Promise<void>;
  /** Fast shutdown, where it runs, and a start with the same port and data. Clients see code 57P01. */
  restart(): Promise<void>;
  /** What the server has logged. */
  log(): Promise<string>;
  /** Ends the server: `await using server = await startPostgres()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
