import type { TableRef } from '@dpone/sdk';
import { PARTITION, type ProgramContext, type Statement, type Tally } from './program-context.js';
import { tableName } from './sql.js';

/**
 * Links a table's parts into the work table, which is empty. Of a replicated table `ATTACH ... FROM` leaves out a part
 * that is like another one to the last bit, as one that it has seen; `REPLACE` links them all.
 */
export function linkInto({ work, design }: ProgramContext, from: TableRef, tally: Tally): Statement {
  const alter = `ALTER TABLE ${tableName(work)}`;
  if (!design.replicated) return { sql: `${alter} ATTACH PARTITION ALL FROM ${tableName(from)}`, tally };
  return { sql: `${alter} REPLACE PARTITION ID ${PARTITION} FROM ${tableName(from)}`, tally, partitionsOf: from };
}
