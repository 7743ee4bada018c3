import { quoteLiteral } from '@dpone/sdk';
import { stagedLoads } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { loadOfStaging, STAGING_PREFIX } from './names.js';
import type { Session } from './session.js';

/** The loads of a target whose staging is in a schema. */
export async function openLoads(
  session: Session,
  schema: string,
  target: string,
  doing: Doing,
): Promise<{ readonly loadId: string }[]> {
  const rows = await session.rows(
    `SELECT table_name, comment FROM duckdb_tables() WHERE database_name = current_database() AND ` +
      `schema_name = ${quoteLiteral(schema)} AND starts_with(table_name, ${quoteLiteral(STAGING_PREFIX)}) ` +
      'AND comment IS NOT NULL ORDER BY table_name',
    doing,
  );
  const tables = rows.map((row) => ({ name: String(row['table_name']), comment: row['comment'] }));
  return stagedLoads(tables, target, loadOfStaging);
}
