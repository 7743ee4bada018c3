import { fail, quoteIdent, type TableRef } from '@dpone/sdk';
import type { Doing } from '../errors.js';
import type { Session } from '../session.js';
import { DEFAULT_SCHEMA, tableLabel, tableName, textLiteral } from '../sql.js';
import type { CdcTable } from './cdc-table.js';

/** Postgres 15 brought filters of rows and columns to publications. */
const WITH_FILTERS = 150_000;

/** What a publication gives of a table. */
export interface Published {
  /** The columns; null where it gives all of them. */
  readonly columns: readonly string[] | null;
}

/**
 * What the publication gives, undefined where there is none. Refuses one that does not give every change of the table with every column that is
 * read. https://www.postgresql.org/docs/current/logical-replication-publication.html
 */
export async function findPublication(
  session: Session,
  input: {
    readonly name: string;
    readonly table: TableRef;
    readonly facts: CdcTable;
    readonly version: number;
    readonly read: readonly string[];
  },
  doing: Doing,
): Promise<Published | undefined> {
  const { name, table, facts, version } = input;
  const publication = await session.row(
    `SELECT pubinsert AND pubupdate AND pubdelete AND pubtruncate AS whole, pubviaroot FROM pg_publication WHERE pubname = ${textLiteral(name)}`,
    doing,
  );
  if (publication === undefined) return undefined;
  const quoted = quoteIdent(name);
  const refuse = (why: string, remedy: string): Error =>
    fail('DPONE_CAPABILITY', `${doing.what}: the publication ${name} ${why}`, { where: `publication ${name}`, remedy });
  if (publication['whole'] !== 't')
    throw refuse(
      'leaves out kinds of changes',
      `ALTER PUBLICATION ${quoted} SET (publish = 'insert, update, delete, truncate');`,
    );
  if (facts.partitioned && publication['pubviaroot'] !== 't')
    throw refuse(
      `names the partitions of ${tableLabel(table)}, not the table itself`,
      `ALTER PUBLICATION ${quoted} SET (publish_via_partition_root = true);`,
    );
  const filters =
    version >= WITH_FILTERS ? 'attnames::text[] AS columns, rowfilter' : 'NULL::text[] AS columns, NULL AS rowfilter';
  const part = await session.row(
    `SELECT to_json(p.columns) AS columns, p.rowfilter FROM (SELECT ${filters} FROM pg_publication_tables WHERE pubname = ${textLiteral(name)} ` +
      `AND schemaname = ${textLiteral(table.schema ?? DEFAULT_SCHEMA)} AND tablename = ${textLiteral(table.name)}) AS p`,
    doing,
  );
  if (part === undefined)
    throw refuse(`has no ${tableLabel(table)}`, `ALTER PUBLICATION ${quoted} ADD TABLE ${tableName(table)};`);
  if (part['rowfilter'] !== null && part['rowfilter'] !== undefined)
    throw refuse(
      `gives only rows of ${tableLabel(table)} for which ${part['rowfilter']}`,
      `Publish the table without WHERE (ALTER PUBLICATION ${quoted} SET TABLE ...), or use another publication.`,
    );
  const published = JSON.parse(part['columns'] ?? 'null') as readonly string[] | null;
  const lacking = published === null ? [] : input.read.filter((column) => !published.includes(column));
  if (lacking.length > 0)
    throw refuse(
      `leaves out the columns ${lacking.join(', ')}`,
      'Publish them, or leave them out here as well: source.options.exclude_columns.',
    );
  return { columns: published };
}

export const createPublicationSql = (
  name: string,
  table: TableRef,
  { partitioned }: Pick<CdcTable, 'partitioned'>,
): string =>
  `CREATE PUBLICATION ${quoteIdent(name)} FOR TABLE ${tableName(table)}${partitioned ? ' WITH (publish_via_partition_root = true)' : ''}`;

/** Refuses, before anything is made, a user that may not make the publication. */
export async function assertMayPublish(
  session: Session,
  name: string,
  table: TableRef,
  facts: CdcTable,
  doing: Doing,
): Promise<void> {
  const row = await session.row(
    `SELECT current_user AS "user", has_database_privilege(current_database(), 'CREATE') AND pg_has_role(c.relowner, 'USAGE') AS may ` +
      `FROM pg_class AS c WHERE c.oid = ${facts.oid}`,
    doing,
  );
  if (row?.['may'] === 't') return;
  throw fail(
    'DPONE_PRIVILEGE_MISSING',
    `${doing.what}: there is no publication ${name}, and ${row?.['user']} may not make it`,
    {
      where: `publication ${name}`,
      remedy: `Let the owner of the table make it, once: ${createPublicationSql(name, table, facts)};`,
    },
  );
}
