import { quoteLiteral } from '@dpone/sdk';
import { stagedLoads } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { loadOfStaging, STAGING_PREFIX } from './names.js';
import type { Session } from './session.js';
import { textLiteral } from './sql.js';

/** The loads of a target whose staging is in a schema. */
export async function openLoads(
  session: Session,
  schema: string,
  target: string,
  doing: Doing,
): Promise<{ readonly loadId: string }[]> {
  const rows = await session.rows(
    "SELECT c.relname AS name, obj_description(c.oid, 'pg_class') AS comment FROM pg_class c " +
      `JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${textLiteral(schema)} AND c.relkind = 'r' ` +
      `AND starts_with(c.relname, ${quoteLiteral(STAGING_PREFIX)}) ORDER BY 1`,
    doing,
  );
  const tables = rows.map((row) => ({ name: row['name']!, comment: row['comment'] }));
  return stagedLoads(tables, target, loadOfStaging);
}
