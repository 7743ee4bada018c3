import type { LoadProgram } from '@dpone/sdk';
import { renamed, renamesOf } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import { quoteName, tableName, textLiteral } from './sql.js';
import { tableFacts, type TableFacts } from './target.js';

/** Come before the facts that a load goes by are read: everything after them knows the new names only. The new name is not quoted: sp_rename takes it as it is. */
export const renameStatements = (program: LoadProgram): string[] =>
  renamesOf(program).map(({ from, to }) => {
    const column = `${tableName(program.load.target)}.${quoteName(from)}`;
    return `EXEC sp_rename ${textLiteral(column)}, ${textLiteral(to)}, N'COLUMN'`;
  });

/** What is known of the table, under its new names. */
export const renamedFacts = (facts: TableFacts, program: LoadProgram): TableFacts => ({
  ...facts,
  columns: renamed(facts.columns, program),
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
