import pg from 'pg';
import type { PostgresEndpoint } from './postgres-server.js';

/** What `sql`, `createDatabase` and `dropDatabase` of a server are, given how to reach one of its databases. */
export function postgresSql(
  config: (database: string) => pg.ClientConfig,
): Pick<PostgresEndpoint, 'sql' | 'createDatabase' | 'dropDatabase'> {
  async function sql<Row = Record<string, unknown>>(text: string, database = 'postgres'): Promise<Row[]> {
    const client = new pg.Client(config(database));
    // A connection that breaks rejects the query below; without a listener the event would end the process as well.
    client.on('error', () => {});
    await client.connect();
    try {
      // Several statements give an array of results, which the types of pg do not say.
      const results = (await client.query(text)) as unknown as pg.QueryResult | pg.QueryResult[];
      const last = Array.isArray(results) ? results.at(-1) : results;
      return (last?.rows ?? []) as Row[];
    } finally {
      await client.end();
    }
  }

  return {
    sql,
    async createDatabase(name) {
      await sql(
        `create database ${pg.escapeIdentifier(name)} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`,
      );
    },
    async dropDatabase(name) {
      const slots = `from pg_replication_slots where database = ${pg.escapeLiteral(name)}`;
      // A slot in use keeps its database from being dropped, `force` or not.
      // https://www.postgresql.org/docs/current/sql-dropdatabase.html
      while ((await sql(`select pg_terminate_backend(active_pid) ${slots} and active`)).length > 0);
      await sql(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
    },
  };
}
