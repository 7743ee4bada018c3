import { quoteIdent, type LoadProgram } from '@dpone/sdk';
import { renamed, renamesOf } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import { tableName } from './sql.js';
import { tableFacts, type TableFacts } from './target.js';

/** Come before the facts that a load goes by are read: everything after them knows the new names only. */
export const renameStatements = (program: LoadProgram): string[] =>
  renamesOf(program).map(
    ({ from, to }) =>
      `ALTER TABLE ${tableName(program.load.target)} RENAME COLUMN ${quoteIdent(from)} TO ${quoteIdent(to)}`,
  );

/** What is known of the table, under its new names. */
export const renamedFacts = (facts: TableFacts, program: LoadProgram): TableFacts => ({
  ...facts,
  columns: renamed(facts.columns, program),
  details: renamed(facts.details, program),
});

/** Renames, and resolves with what the table is then. */
export async function renameColumns(
  session: Session,
  program: LoadProgram,
  facts: TableFacts | null,
  doing: Doing,
): Promise<TableFacts | null> {
  const statements = renameStatements(program);
  for (const sql of statements) await session.run(sql, doing);
  return statements.length === 0 ? facts : tableFacts(session, program.load.target, doing);
}
