import { fail, nearest, quoteIdent, type TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import { DEFAULT_SCHEMA, tableLabel, tableName, textLiteral } from './sql.js';

/** `pg_class.relkind` of what can be read: https://www.postgresql.org/docs/current/catalog-pg-class.html */
export type Relkind = 'r' | 'p' | 'v' | 'm' | 'f';

/** A table or view, and what the user of the connection may see of it. */
export interface Relation {
  readonly oid: string;
  readonly kind: Relkind;
  /** Columns that the user may not read; `all` where the whole table, its system columns too, is readable. */
  readonly unreadable: 'none' | readonly string[];
  /** Who asks, for the remedy. */
  readonly user: string;
}

/**
 * Finds the table and refuses what a read of it would be refused for, or would silently leave out: no such table, no
 * privilege, rows hidden by row security.
 */
export async function findRelation(session: Session, table: TableRef, doing: Doing): Promise<Relation> {
  const schema = table.schema ?? DEFAULT_SCHEMA;
  const row = await session.row(
    `SELECT c.oid, c.relkind, current_user AS "user", row_security_active(c.oid) AS hides, ` +
      `has_schema_privilege(n.oid, 'USAGE') AS enters, has_table_privilege(c.oid, 'SELECT') AS reads ` +
      `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ` +
      `WHERE n.nspname = ${textLiteral(schema)} AND c.relname = ${textLiteral(table.name)} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    doing,
  );
  if (row === undefined) throw await missingTable(session, table, doing);
  const relation = { oid: row['oid']!, kind: row['relkind'] as Relkind, user: row['user']! };
  if (row['enters'] !== 't') throw lacks(table, `USAGE ON SCHEMA ${quoteIdent(schema)}`, relation.user);
  const unreadable = row['reads'] === 't' ? 'none' : await unreadableColumns(session, table, relation, doing);
  if (row['hides'] === 't') throw hidesRows(table, relation.user);
  return { ...relation, unreadable };
}

async function unreadableColumns(
  session: Session,
  table: TableRef,
  { oid, user }: Pick<Relation, 'oid' | 'user'>,
  doing: Doing,
): Promise<readonly string[]> {
  const rows = await session.rows(
    `SELECT attname, has_column_privilege(attrelid, attnum, 'SELECT') AS reads FROM pg_attribute ` +
      `WHERE attrelid = ${oid} AND attnum > 0 AND NOT attisdropped`,
    doing,
  );
  const unreadable = rows.filter((r) => r['reads'] !== 't').map((r) => r['attname']!);
  if (unreadable.length === rows.length) throw lacks(table, `SELECT ON ${tableName(table)}`, user);
  return unreadable;
}

/** `GRANT SELECT ("a") ON "public"."orders" TO "reader";` */
export const grantColumns = (table: TableRef, columns: readonly string[], user: string): string =>
  `GRANT SELECT (${columns.map(quoteIdent).join(', ')}) ON ${tableName(table)} TO ${quoteIdent(user)};`;

function lacks(table: TableRef, privilege: string, user: string): Error {
  return fail('DPONE_PRIVILEGE_MISSING', `${user} may not read ${tableLabel(table)}: it lacks ${privilege}`, {
    where: tableLabel(table),
    remedy: `GRANT ${privilege} TO ${quoteIdent(user)};`,
  });
}

/** Row security filters in silence: a load would take what is left for the whole (https://www.postgresql.org/docs/current/ddl-rowsecurity.html). */
function hidesRows(table: TableRef, user: string): Error {
  return fail('DPONE_PRIVILEGE_MISSING', `row security hides rows of ${tableLabel(table)} from ${user}`, {
    where: tableLabel(table),
    remedy: `Read with a role that sees every row (ALTER ROLE ${quoteIdent(user)} BYPASSRLS;), or read a view that says which rows are meant.`,
  });
}

async function missingTable(session: Session, table: TableRef, doing: Doing): Promise<Error> {
  const schema = table.schema ?? DEFAULT_SCHEMA;
  const rows = await session.rows(
    `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ` +
      `WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (n.nspname = ${textLiteral(schema)} OR lower(c.relname) = lower(${textLiteral(table.name)}))`,
    doing,
  );
  const elsewhere = rows.filter((r) => r['nspname'] !== schema).map((r) => `${r['nspname']}.${r['relname']}`);
  const here = rows.filter((r) => r['nspname'] === schema).map((r) => r['relname']!);
  const near = nearest(table.name, here);
  const known = near === undefined ? elsewhere : [`${schema}.${near}`, ...elsewhere];
  return fail('DPONE_SOURCE_NOT_FOUND', `there is no table ${tableLabel(table)}`, {
    where: tableLabel(table),
    ...(known.length === 0 ? {} : { remedy: `Did you mean ${known.slice(0, 3).join(' or ')}?` }),
  });
}
