import { fail, quoteIdent, type Column } from '@dpone/sdk';
import { canonicalType, SYSTEM } from '../types.js';

/** What an event is: a row of the first load's snapshot, or a change. */
export type CdcOp = 'read' | 'insert' | 'update' | 'delete' | 'truncate';

const column = (name: string, type: string, comment: string): Column => ({
  name,
  type: canonicalType(type),
  nullable: true,
  native: { system: SYSTEM, type },
  comment,
});

/** What an event says besides the row. */
export const CDC_COLUMNS: readonly Column[] = [
  column('_cdc_op', 'text', 'read, insert, update, delete or truncate'),
  column('_cdc_lsn', 'text', 'where in the log the transaction committed'),
  column('_cdc_seq', 'bigint', 'grows with every event; the rows of one snapshot share one number'),
  column('_cdc_xid', 'bigint', 'the transaction'),
  column('_cdc_committed_at', 'timestamp with time zone', 'when it committed, by the clock of the server'),
  column('_cdc_unchanged', 'jsonb', 'columns that the update left as they were and whose large values are not here'),
  column('_cdc_old_key', 'jsonb', 'the key before the update, where it changed'),
];

export const isCdcColumn = (name: string): boolean => CDC_COLUMNS.some((c) => c.name === name);

/** The table's columns, all of which an event may lack, and those of the event. */
export function eventColumns(table: readonly Column[], label: string): readonly Column[] {
  const taken = table.find((c) => isCdcColumn(c.name.toLowerCase()));
  if (taken !== undefined)
    throw fail('DPONE_OPTION_CONFLICT', `${label} has a column ${taken.name}, which the cursor cdc fills itself`, {
      where: `column ${taken.name}`,
      remedy: `Rename it: ALTER TABLE ... RENAME COLUMN ${quoteIdent(taken.name)} TO ...;`,
    });
  // A computed column is not in the log (https://www.postgresql.org/docs/current/ddl-generated-columns.html).
  const own = table.filter((c) => c.generated !== true).map((c) => ({ ...c, nullable: true }));
  return [...own, ...CDC_COLUMNS];
}
