import type { PostgresMajor, PostgresServer } from './postgres-server.js';
import { postgresSql } from './postgres-sql.js';
import { given } from './given.js';

/** The server that the environment gives the tests by `DPONE_TEST_POSTGRES_URL`, or nothing; then they start their own. */
export const givenPostgres = (): string | undefined => given('DPONE_TEST_POSTGRES_URL');

const refuse = (what: string) => (): Promise<never> =>
  Promise.reject(new Error(`the server of DPONE_TEST_POSTGRES_URL cannot be ${what} by a test: it is not the test's`));

let said = false;

/** Connects to the given server to learn its version. Its superuser, `wal_level=logical` and free slots are taken on trust. */
export async function connectGivenPostgres(url: string): Promise<PostgresServer> {
  const base = new URL(url);
  const uri = (database = 'postgres'): string => {
    const own = new URL(base);
    own.pathname = `/${encodeURIComponent(database)}`;
    return own.href;
  };
  const access = postgresSql((database) => ({ connectionString: uri(database) }));
  const [row] = await access.sql<{ version: string }>("select current_setting('server_version_num') as version");
  const major = Math.floor(Number(row?.version) / 10_000) as PostgresMajor;
  if (!said) process.stderr.write(`test services: Postgres ${major} of DPONE_TEST_POSTGRES_URL, none is started\n`);
  said = true;
  return {
    ...access,
    major,
    host: decodeURIComponent(base.hostname),
    port: Number(base.port || '5432'),
    user: decodeURIComponent(base.username),
    given: true,
    uri,
    stop: async () => {},
    kill: refuse('killed'),
    restart: refuse('restarted'),
    log: refuse('asked for its log'),
    [Symbol.asyncDispose]: async () => {},
  };
}
