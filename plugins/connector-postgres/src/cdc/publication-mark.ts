import { fail } from '@dpone/sdk';
import type { Doing } from '../errors.js';
import type { Session } from '../session.js';
import { textLiteral } from '../sql.js';
import { BEGIN_ANEW, type CdcState } from './cdc-state.js';

/** Postgres 15 brought publications of all tables of a schema. */
const OF_SCHEMAS = 150_000;

/**
 * What is another text once the publication was altered, or gave and took the table, or was made anew: the log of a time
 * in which it left something out lacks that without a trace. The number of a catalog row and the transaction that wrote
 * it (`xmin`, which VACUUM keeps) say so; other tables that come and go do not change them.
 * https://www.postgresql.org/docs/current/catalog-pg-publication-rel.html
 */
export async function publicationMark(
  session: Session,
  { name, table, version }: { readonly name: string; readonly table: string; readonly version: number },
  doing: Doing,
): Promise<string> {
  const family = `SELECT ${table}::oid UNION SELECT relid FROM pg_partition_ancestors(${table})`;
  const schemas =
    version < OF_SCHEMAS
      ? ''
      : ` UNION ALL SELECT s.oid, s.xmin FROM pg_publication_namespace AS s WHERE s.pnpubid = p.oid ` +
        `AND s.pnnspid IN (SELECT relnamespace FROM pg_class WHERE oid IN (${family}))`;
  const row = await session.row(
    `SELECT concat_ws(' ', p.oid || '.' || p.xmin, (SELECT string_agg(part.oid || '.' || part.xmin, ' ' ORDER BY part.oid) ` +
      `FROM (SELECT r.oid, r.xmin FROM pg_publication_rel AS r WHERE r.prpubid = p.oid AND r.prrelid IN (${family})${schemas}) AS part)) AS mark ` +
      `FROM pg_publication AS p WHERE p.pubname = ${textLiteral(name)}`,
    doing,
  );
  return row?.['mark'] ?? '';
}

/** Refuses a publication that is not as it was when the slot began. */
export async function assertSamePublication(
  session: Session,
  { state, version }: { readonly state: CdcState; readonly version: number },
  doing: Doing,
): Promise<void> {
  const { publication: name, table, published } = state;
  if ((await publicationMark(session, { name, table, version }, doing)) === published) return;
  throw fail(
    'DPONE_SOURCE_READ',
    `${doing.what}: the publication ${name} was altered since the first load, and what it may have left out meanwhile is not in the log`,
    { where: `publication ${name}`, remedy: BEGIN_ANEW },
  );
}
