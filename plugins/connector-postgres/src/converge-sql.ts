import { quoteIdent, type FinalizeStep, type LoadProgram } from '@dpone/sdk';
import { writtenColumns, type ProgramContext, type Statement } from './program-context.js';
import { differs } from './same-sql.js';
import { columnList, keysEqual, tableName } from './sql.js';

/** `WHEN NOT MATCHED BY SOURCE` and `merge_action()` came with Postgres 17 (https://www.postgresql.org/docs/17/release-17.html). */
const MERGES_BOTH_SIDES = 170_000;

/**
 * A merge of what differs and the removal of what is absent, in one statement that joins staging and the target once;
 * null where the steps are others, or the server or table knows no such statement.
 */
export function convergeStatement(
  merge: FinalizeStep,
  removal: FinalizeStep | undefined,
  program: LoadProgram,
  ctx: ProgramContext,
): Statement | null {
  const { names, facts, serverVersion } = ctx;
  if (merge.op !== 'merge' || merge.by !== 'upsert' || merge.unlessSame === undefined) return null;
  if (removal?.op !== 'remove_absent' || removal.how !== 'delete' || removal.key.join() !== merge.key.join())
    return null;
  if (serverVersion < MERGES_BOTH_SIDES || facts === null || facts.kind !== 'table' || facts.identity.length > 0)
    return null;
  const columns = writtenColumns(program, facts);
  const changed = columns.filter((name) => !merge.key.includes(name));
  if (changed.length === 0) return null;
  const set = changed.map((c) => `${quoteIdent(c)} = s.${quoteIdent(c)}`).join(', ');
  const values = columns.map((c) => `s.${quoteIdent(c)}`).join(', ');
  const count = (action: string): string => `count(*) FILTER (WHERE a = '${action}')`;
  return {
    sql:
      `WITH m AS (MERGE INTO ${tableName(program.load.target)} AS t USING ${names.rows} AS s ON ${keysEqual('t', 's', merge.key)} ` +
      `WHEN MATCHED AND ${differs('t', 's', merge.unlessSame, program.columns, ctx)} THEN UPDATE SET ${set} ` +
      `WHEN NOT MATCHED THEN INSERT (${columnList(columns)}) VALUES (${values}) ` +
      'WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action() AS a) ' +
      `SELECT ${count('INSERT')} AS inserted, ${count('UPDATE')} AS updated, ${count('DELETE')} AS deleted FROM m`,
    tally: 'told',
  };
}
