import { quoteLiteral, type Schema, type TableRef } from '@dpone/sdk';
import { fromBatches, type Row } from '@dpone/testkit';
import { openDatabase } from '../../dist/connection.js';
import { queryBatches } from '../../dist/rows-lane.js';
import { tableName } from '../../dist/sql.js';
import { canonicalType } from '../../dist/types.js';

const doing = { what: 'looking', code: 'DPONE_SOURCE_READ' } as const;
const limits = { memoryBytes: 512 * 2 ** 20, threads: 2 };

/** The rows of a table, or null where there is none: its columns by the catalog, its values by a query. */
export async function readTable(path: string, table: TableRef, tempDir: string): Promise<readonly Row[] | null> {
  return withSession(path, tempDir, null, async (session) => {
    const found = await session.rows(
      'SELECT column_name AS name, data_type AS type FROM duckdb_columns() WHERE NOT internal AND ' +
        `schema_name = ${quoteLiteral(table.schema ?? 'main')} AND table_name = ${quoteLiteral(table.name)} ORDER BY column_index`,
      doing,
    );
    if (found.length === 0) return null;
    const columns = found.map((row) => ({
      name: String(row['name']),
      type: canonicalType(String(row['type']))!,
      nullable: true,
    }));
    const schema: Schema = { columns };
    const signal = new AbortController().signal;
    return fromBatches(queryBatches(session, `SELECT * FROM ${tableName(table)}`, schema, doing, signal), schema);
  });
}

export const tableNames = (path: string, tempDir: string): Promise<readonly string[]> =>
  withSession(path, tempDir, [], async (session) =>
    (await session.rows('SELECT table_name AS name FROM duckdb_tables()', doing)).map((row) => String(row['name'])),
  );

type Session = Awaited<ReturnType<Awaited<ReturnType<typeof openDatabase>>['session']>>;

async function withSession<T>(
  path: string,
  tempDir: string,
  absent: T,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(path, 'read', limits, () => Promise.resolve(tempDir)).catch(() => undefined);
  if (database === undefined) return absent;
  try {
    const session = await database.session();
    try {
      return await use(session);
    } finally {
      session.close();
    }
  } finally {
    await database.close();
  }
}
