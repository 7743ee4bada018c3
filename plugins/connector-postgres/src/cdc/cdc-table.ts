import { fail, type Column, type TableRef } from '@dpone/sdk';
import { tableColumns } from '../catalog-columns.js';
import type { Doing } from '../errors.js';
import { findRelation, type Relation } from '../relation.js';
import type { Session } from '../session.js';
import { tableLabel, tableName } from '../sql.js';

/** A column of the table by its number, which a renaming does not change. */
export interface Attribute {
  readonly number: number;
  readonly name: string;
  readonly type: number;
  readonly typmod: number;
  readonly generated: boolean;
  /** Rows that were there before it may have got a value with it. */
  readonly filled: boolean;
}

/** A table whose changes can be read. */
export interface CdcTable {
  readonly oid: string;
  readonly partitioned: boolean;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly attributes: readonly Attribute[];
}

/** Describes the table, and refuses one whose changes the log does not hold, or not so that they can be applied. */
export async function cdcTable(session: Session, table: TableRef, doing: Doing): Promise<CdcTable> {
  const relation = await findRelation(session, table, doing);
  const row = await session.row(
    `SELECT c.relkind, c.relpersistence, EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid) AS children, ` +
      `(SELECT jsonb_agg(jsonb_build_object('number', attnum, 'name', attname, 'type', atttypid::bigint, 'typmod', atttypmod, ` +
      `'generated', attgenerated <> '', 'filled', atthasmissing OR atthasdef OR attidentity <> '') ORDER BY attnum) FROM pg_attribute ` +
      `WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS attributes ` +
      `FROM pg_class AS c WHERE c.oid = ${relation.oid}`,
    doing,
  );
  refuseKind(table, relation, row?.['relpersistence'] !== 'p', row?.['children'] === 't');
  const facts = await tableColumns(session, table, doing);
  if (facts === null || row === undefined)
    throw fail('DPONE_SOURCE_NOT_FOUND', `${tableLabel(table)} is gone`, { where: tableLabel(table) });
  await assertIdentity(session, table, relation.oid, doing);
  return {
    oid: relation.oid,
    partitioned: relation.kind === 'p',
    columns: facts.columns,
    primaryKey: facts.primaryKey,
    attributes: JSON.parse(row['attributes'] ?? '[]') as Attribute[],
  };
}

function refuseKind(table: TableRef, relation: Relation, unlogged: boolean, children: boolean): void {
  const label = tableLabel(table);
  const refuse = (why: string, remedy: string): Error =>
    fail('DPONE_CAPABILITY', `${label} ${why}: its changes are not in the log`, { where: label, remedy });
  if (relation.kind !== 'r' && relation.kind !== 'p') throw refuse('is no table', 'Name the table under it.');
  if (unlogged) throw refuse('is unlogged or temporary', `ALTER TABLE ${tableName(table)} SET LOGGED;`);
  if (relation.kind === 'r' && children)
    throw refuse('has inheritance children, whose rows are read with it', 'Read each table by a process of its own.');
  if (relation.unreadable !== 'none')
    throw fail(
      'DPONE_PRIVILEGE_MISSING',
      `${relation.user} may not read the whole of ${label}, and its log has all columns`,
      {
        where: label,
        remedy: `GRANT SELECT ON ${tableName(table)} TO "${relation.user}";`,
      },
    );
}

/** An update or delete says which row by the replica identity: https://www.postgresql.org/docs/current/logical-replication-publication.html#LOGICAL-REPLICATION-PUBLICATION-REPLICA-IDENTITY */
async function assertIdentity(session: Session, table: TableRef, oid: string, doing: Doing): Promise<void> {
  const index = 'SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate';
  const without = await session.row(
    `SELECT c.oid::regclass::text AS name FROM pg_class AS c WHERE c.relkind = 'r' AND ` +
      `c.oid IN (SELECT ${oid}::oid UNION ALL SELECT relid FROM pg_partition_tree(${oid})) AND NOT CASE c.relreplident ` +
      `WHEN 'f' THEN true WHEN 'd' THEN EXISTS (${index} AND i.indisprimary) ` +
      `WHEN 'i' THEN EXISTS (${index} AND i.indisreplident) ELSE false END ORDER BY 1 LIMIT 1`,
    doing,
  );
  if (without === undefined) return;
  const name = without['name']!;
  throw fail(
    'DPONE_CAPABILITY',
    `${name} has no replica identity: an update or delete would not say which row it is of`,
    {
      where: tableLabel(table),
      remedy: `Give it a primary key, or: ALTER TABLE ${name} REPLICA IDENTITY USING INDEX <a unique index of NOT NULL columns>; or, at the cost of a larger log: ALTER TABLE ${name} REPLICA IDENTITY FULL;`,
    },
  );
}
