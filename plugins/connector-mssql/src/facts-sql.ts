import type { TableRef } from '@dpone/sdk';
import { tableName, textLiteral } from './sql.js';

const objectId = (table: TableRef): string => `OBJECT_ID(${textLiteral(tableName(table))})`;

/** What an object is; no row where there is none. U is a table, V a view (https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-objects-transact-sql). */
export const selectObject = (table: TableRef): string =>
  `SELECT RTRIM(o.type) AS type FROM sys.objects AS o WHERE o.object_id = ${objectId(table)} AND o.type IN ('U', 'V')`;

/** The columns in their order, alias types as what they stand for. */
export const selectColumns = (table: TableRef): string =>
  'SELECT c.name AS name, COALESCE(b.name, u.name) AS base, c.max_length AS max_length, c.precision AS precision, ' +
  'c.scale AS scale, c.is_nullable AS is_nullable, c.is_identity AS is_identity, c.is_computed AS is_computed, ' +
  'c.generated_always_type AS generated_always, c.collation_name AS collation_name FROM sys.columns AS c ' +
  'INNER JOIN sys.types AS u ON u.user_type_id = c.user_type_id ' +
  'LEFT JOIN sys.types AS b ON b.user_type_id = c.system_type_id ' +
  `WHERE c.object_id = ${objectId(table)} ORDER BY c.column_id`;

export const selectPrimaryKey = (table: TableRef): string =>
  'SELECT COL_NAME(k.object_id, k.column_id) AS name FROM sys.indexes AS i ' +
  'INNER JOIN sys.index_columns AS k ON k.object_id = i.object_id AND k.index_id = i.index_id ' +
  `WHERE i.object_id = ${objectId(table)} AND i.is_primary_key = 1 ORDER BY k.key_ordinal`;

/** What hangs on a table besides its columns: each kind that there is, once. */
export function selectAttached(table: TableRef): string {
  const id = objectId(table);
  const kinds: readonly (readonly [string, string])[] = [
    ['indexes or keys', `sys.indexes WHERE object_id = ${id} AND index_id > 0`],
    [
      'foreign keys of other tables',
      `sys.foreign_keys WHERE referenced_object_id = ${id} AND parent_object_id <> ${id}`,
    ],
    [
      'foreign keys that pass deletes on',
      `sys.foreign_keys WHERE referenced_object_id = ${id} AND delete_referential_action <> 0`,
    ],
    ['foreign keys', `sys.foreign_keys WHERE parent_object_id = ${id}`],
    ['check constraints', `sys.check_constraints WHERE parent_object_id = ${id}`],
    ['defaults', `sys.default_constraints WHERE parent_object_id = ${id}`],
    ['triggers', `sys.triggers WHERE parent_id = ${id}`],
    ['privileges', `sys.database_permissions WHERE class = 1 AND major_id = ${id}`],
    ['extended properties', `sys.extended_properties WHERE class = 1 AND major_id = ${id}`],
    ['views or modules that name it', `sys.sql_expression_dependencies WHERE referenced_id = ${id}`],
    ['change tracking', `sys.change_tracking_tables WHERE object_id = ${id}`],
    ['statistics', `sys.stats WHERE object_id = ${id} AND user_created = 1`],
    ['partitions', `sys.partitions WHERE object_id = ${id} AND partition_number > 1`],
    ['compression', `sys.partitions WHERE object_id = ${id} AND data_compression <> 0`],
    ['masked columns', `sys.columns WHERE object_id = ${id} AND is_masked = 1`],
    ['system versions', `sys.tables WHERE object_id = ${id} AND temporal_type <> 0`],
    ['replication', `sys.tables WHERE object_id = ${id} AND (is_replicated = 1 OR is_tracked_by_cdc = 1)`],
    ['memory optimization', `sys.tables WHERE object_id = ${id} AND is_memory_optimized = 1`],
  ];
  return kinds
    .map(([what, from]) => `SELECT ${textLiteral(what)} AS what WHERE EXISTS (SELECT 1 FROM ${from})`)
    .join(' UNION ALL ');
}

/** Rows of a table as the server keeps count of them, without reading it; not exact while others write. */
export const selectRoughRows = (table: TableRef): string =>
  `SELECT COALESCE(SUM(CAST(rows AS bigint)), 0) AS n FROM sys.partitions WHERE object_id = ${objectId(table)} AND index_id IN (0, 1)`;
