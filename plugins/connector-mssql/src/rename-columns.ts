import type { LoadProgram } from '@dpone/sdk';
import { dropsOf, renamed, renamesOf } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { limited } from './limits-sql.js';
import type { Session } from './session.js';
import { quoteName, tableName, textLiteral } from './sql.js';
import { tableFacts, type TableFacts } from './target.js';

/** Drops and renames come before the facts that a load goes by are read: everything after them knows what is left, under its new names. The new name is not quoted: sp_rename takes it as it is. */
export function renameStatements(program: LoadProgram): string[] {
  const table = tableName(program.load.target);
  const drops = dropsOf(program).map((name) => `ALTER TABLE ${table} DROP COLUMN ${quoteName(name)}`);
  const renames = renamesOf(program).map(
    ({ from, to }) => `EXEC sp_rename ${textLiteral(`${table}.${quoteName(from)}`)}, ${textLiteral(to)}, N'COLUMN'`,
  );
  return limited([...drops, ...renames], program.limits);
}

/** What is known of the table, under its new names. */
export const renamedFacts = (facts: TableFacts, program: LoadProgram): TableFacts => ({
  ...facts,
  columns: renamed(facts.columns, program),
});

/** Drops and renames, and resolves with what the table is then. */
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
