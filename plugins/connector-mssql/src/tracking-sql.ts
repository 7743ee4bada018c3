import type { Column, TableRef } from '@dpone/sdk';
import { selectList } from './read-value.js';
import { columnList, keysEqual, quoteName, tableName, textLiteral } from './sql.js';
import { canonicalType, SYSTEM } from './types.js';

const column = (name: string, type: string, comment: string): Column => ({
  name,
  type: canonicalType(type)!,
  nullable: true,
  native: { system: SYSTEM, type },
  comment,
});

/** What an event says besides the row. */
export const EVENT_COLUMNS: readonly Column[] = [
  column('_cdc_op', 'nvarchar(10)', 'read, insert, update or delete'),
  column(
    '_cdc_seq',
    'bigint',
    "the change's version: the order to apply events in; the rows of a first load share one",
  ),
];

export const isEventColumn = (name: string): boolean => EVENT_COLUMNS.some((c) => c.name === name);

/** Which versions there are; NULL where changes are not tracked (https://learn.microsoft.com/sql/relational-databases/system-functions/change-tracking-functions-transact-sql). */
export const selectTracking = (table: TableRef): string =>
  `DECLARE @id int = OBJECT_ID(${textLiteral(tableName(table))}); ` +
  'SELECT CONVERT(varchar(20), CHANGE_TRACKING_CURRENT_VERSION()) AS [current], ' +
  'CONVERT(varchar(20), CHANGE_TRACKING_MIN_VALID_VERSION(@id)) AS [valid], CONVERT(varchar(20), @id) AS id';

/** The whole table as events, at a version. */
export function selectFirst(table: TableRef, columns: readonly Column[], version: string): string {
  const own = columns.filter((c) => !isEventColumn(c.name));
  const events = `N'read' AS [_cdc_op], CAST(${version} AS bigint) AS [_cdc_seq]`;
  const inner = own.length === 0 ? events : `${columnList(own)}, ${events}`;
  return `SELECT ${selectList(columns)} FROM (SELECT ${inner} FROM ${tableName(table)}) AS q`;
}

export interface ChangesOf {
  readonly table: TableRef;
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  /** What came with the last load is up to and with it. */
  readonly after: string;
  readonly upTo: string;
}

/**
 * One event for every row that changed, as it is now; of a deleted one its key. The last change of a row is the one that
 * counts (https://learn.microsoft.com/sql/relational-databases/system-functions/changetable-transact-sql).
 */
export function selectChanges({ table, columns, key, after, upTo }: ChangesOf): string {
  const name = tableName(table);
  const own = columns
    .filter((c) => !isEventColumn(c.name))
    .map((c) => `${key.includes(c.name) ? 'c' : 't'}.${quoteName(c.name)} AS ${quoteName(c.name)}`);
  const op = "CASE c.SYS_CHANGE_OPERATION WHEN 'I' THEN N'insert' WHEN 'U' THEN N'update' ELSE N'delete' END";
  const inner = [...own, `${op} AS [_cdc_op]`, 'c.SYS_CHANGE_VERSION AS [_cdc_seq]'].join(', ');
  return (
    `SELECT ${selectList(columns)} FROM (SELECT ${inner} FROM CHANGETABLE(CHANGES ${name}, ${after}) AS c ` +
    `LEFT JOIN ${name} AS t ON ${keysEqual('t', 'c', key)} WHERE c.SYS_CHANGE_VERSION <= ${upTo}) AS q ORDER BY q.[_cdc_seq]`
  );
}
