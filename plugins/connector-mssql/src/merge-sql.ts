import { fail, type FinalizeStep, type LoadProgram } from '@dpone/sdk';
import {
  insertStaged,
  refuseCascade,
  writtenColumns,
  writtenIdentity,
  type ProgramContext,
  type Statement,
} from './program-context.js';
import { differs } from './same-sql.js';
import { keysEqual, quoteName, tableName } from './sql.js';

/**
 * What is read of the target to decide on a change stays as it is until the commit: the rows that match are locked for
 * the update, and nobody puts a row of a staged key in between the two statements
 * (https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table).
 */
export const HELD = ' WITH (UPDLOCK, HOLDLOCK)';

/**
 * Staged rows replace the target's of the same key. MERGE is not used: it needs the same hints to be right under
 * concurrency, fires triggers once a clause, and its known defects
 * (https://learn.microsoft.com/sql/t-sql/statements/merge-transact-sql#remarks) are not those of an UPDATE and an INSERT.
 */
export function mergeStatements(
  step: FinalizeStep & { op: 'merge' },
  program: LoadProgram,
  ctx: ProgramContext,
): Statement[] {
  const { names, facts } = ctx;
  const table = tableName(program.load.target);
  const match = keysEqual('t', 's', step.key);
  const unmatched = ` WHERE NOT EXISTS (SELECT 1 FROM ${table} AS t${HELD} WHERE ${match})`;
  const unlike = step.unlessSame === undefined ? undefined : differs('t', 's', step.unlessSame, program, ctx);
  const other = unlike === undefined ? '' : ` AND ${unlike}`;
  if (step.by === 'delete_insert') {
    refuseCascade(table, facts);
    const removal: Statement = {
      sql: `DELETE t FROM ${table} AS t${HELD} WHERE EXISTS (SELECT 1 FROM ${names.rows} AS s WHERE ${match}${other})`,
      tally: 'removed_half',
    };
    // Rows that are the same are there still, and their staged ones are left out.
    return [
      removal,
      ...insertStaged(program, ctx, { tally: 'added_half', where: unlike === undefined ? '' : unmatched }),
    ];
  }
  const changed = writtenColumns(program, facts).filter((name) => !step.key.includes(name));
  const identity = writtenIdentity(program, facts);
  if (identity !== undefined && changed.includes(identity))
    throw fail('DPONE_CAPABILITY', `${identity} is an identity column: no UPDATE can set it`, {
      where: 'sink.strategy',
      remedy:
        'Use merge_policy: delete_insert, make it the unique_key, or leave it out: source.options.exclude_columns.',
    });
  const set = (changed.length === 0 ? step.key : changed).map((c) => `${quoteName(c)} = s.${quoteName(c)}`).join(', ');
  const update: Statement = {
    sql: `UPDATE t SET ${set} FROM ${table} AS t${HELD} INNER JOIN ${names.rows} AS s ON ${match}${unlike === undefined ? '' : ` WHERE ${unlike}`}`,
    tally: 'updated',
  };
  // A table of nothing but an identity key has nothing to update, and its key cannot be set to itself.
  const updates = changed.length > 0 || identity === undefined ? [update] : [];
  return [...updates, ...insertStaged(program, ctx, { where: unmatched })];
}
