import type { Doing } from './errors.js';
import type { Row, Session } from './session.js';

const KEPT = "pg_catalog.current_setting('search_path')";
const set = (setting: string, value: string): string => `pg_catalog.set_config('${setting}', ${value}, true)`;

/**
 * Runs a query with `search_path = pg_catalog`, so that types, functions and tables in what the server spells out
 * (`format_type`, `pg_get_constraintdef`, ...) are named with their schema unless they are the server's own. The setting
 * is local to the transaction, where there is one, and is put back.
 */
export async function catalogRows(session: Session, sql: string, doing: Doing): Promise<Row[]> {
  const [, found] = await session.script(
    [
      `SELECT ${set('dpone.search_path', KEPT)}, ${set('search_path', "'pg_catalog'")}`,
      sql,
      `SELECT ${set('search_path', "pg_catalog.current_setting('dpone.search_path')")}`,
    ],
    doing,
  );
  return found!;
}
