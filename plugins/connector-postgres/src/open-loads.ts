import { quoteLiteral } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { loadOfStaging, STAGING_PREFIX } from './names.js';
import type { Row, Session } from './session.js';
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
  const own = rows.filter((row) => targetOf(row) === target);
  return [...new Set(own.map((row) => loadOfStaging(row['name']!)))].map((loadId) => ({ loadId }));
}

/** The target that a staging table was made for, from its comment. */
function targetOf(row: Row): string | undefined {
  try {
    return (JSON.parse(row['comment'] ?? '') as { target?: string }).target;
  } catch {
    return undefined;
  }
}
