import { quoteLiteral } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { loadOfStaging, STAGING_PREFIX } from './names.js';
import type { Row, Session } from './session.js';

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
  const own = rows.filter((row) => targetOf(row) === target);
  return [...new Set(own.map((row) => loadOfStaging(String(row['table_name']))))].map((loadId) => ({ loadId }));
}

/** The target that a staging table was made for, from its comment. */
function targetOf(row: Row): string | undefined {
  try {
    return (JSON.parse(String(row['comment'])) as { target?: string }).target;
  } catch {
    return undefined;
  }
}
