import { DuckDBInstance } from '@duckdb/node-api';

/** Rows of a query on a DuckDB file that nobody has open, or on other files by `:memory:`, as plain JSON values. */
export async function queryDuckdb(path: string, sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(path, path === ':memory:' ? {} : { access_mode: 'READ_ONLY' });
  try {
    const connection = await instance.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson();
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}
