import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectGivenPostgres, givenPostgres } from './given-postgres.js';
import { POSTGRES_MAJORS, type PostgresMajor, type PostgresServer } from './postgres-server.js';
import { postgresSql } from './postgres-sql.js';
import type { PostmasterFacts, PostmasterOptions } from './postmaster.js';
import { supervise } from './supervise.js';

/** How a server shall be. */
export interface PostgresOptions {
  /** By default 18, or what `DPONE_TEST_POSTGRES_URL` is. */
  readonly major?: PostgresMajor;
  /** Lines of `postgresql.conf` beside those for tests, e.g. `{ max_connections: '5' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Files of its data folder by name, for its user alone: `pg_hba.conf`, `server.crt`, `server.key`. */
  readonly files?: Readonly<Record<string, string>>;
}

const HOST = '127.0.0.1';
const USER = 'postgres';

/** The major versions to test with: those of the development dependencies, or that of the given server. */
export async function postgresMajors(): Promise<readonly PostgresMajor[]> {
  const url = givenPostgres();
  return url === undefined ? POSTGRES_MAJORS : [(await connectGivenPostgres(url)).major];
}

/**
 * Starts a server of the test's own; it ends with `stop()`, or when the test process does, in whatever way.
 * With `DPONE_TEST_POSTGRES_URL` none is started and that server is returned; it throws where the test asks for
 * another version, settings or files.
 */
export async function startPostgres({ major, settings, files }: PostgresOptions = {}): Promise<PostgresServer> {
  const url = givenPostgres();
  if (url !== undefined) {
    const server = await connectGivenPostgres(url);
    if (major !== undefined && major !== server.major)
      throw new Error(`DPONE_TEST_POSTGRES_URL is Postgres ${server.major}, and the test asks for ${major}`);
    if (settings !== undefined || files !== undefined)
      throw new Error('the test asks for a server of its own, and DPONE_TEST_POSTGRES_URL gives one: skip it then');
    return server;
  }
  const options = { major: major ?? 18, user: USER, settings: settings ?? {}, files: files ?? {} };
  return launch(options satisfies PostmasterOptions);
}

async function launch(options: PostmasterOptions): Promise<PostgresServer> {
  const service = supervise<PostmasterFacts>(new URL('./postmaster.js', import.meta.url), options);
  const { port, folder } = await service.start().catch(async (error: unknown) => {
    await service.remove();
    throw error;
  });
  return {
    // By the socket, so that a `pg_hba.conf` of the test's is free to refuse what comes by TCP.
    ...postgresSql((database) => ({ host: folder, port, user: USER, database })),
    major: options.major,
    host: HOST,
    port,
    socketDir: folder,
    user: USER,
    given: false,
    uri: (database = 'postgres') => `postgres://${USER}@${HOST}:${port}/${encodeURIComponent(database)}`,
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
