import { quoteIdent, type LoadProgram } from '@dpone/sdk';
import { dropsOf, renamed, renamesOf } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { limited } from './limits-sql.js';
import type { Session } from './session.js';
import { tableName } from './sql.js';
import { tableFacts, type TableFacts } from './target.js';

/** Drops and renames come before the facts that a load goes by are read: everything after them knows what is left, under its new names. */
export function renameStatements(program: LoadProgram): string[] {
  const table = `ALTER TABLE ${tableName(program.load.target)}`;
  const drops = dropsOf(program).map((name) => `${table} DROP COLUMN ${quoteIdent(name)}`);
  const renames = renamesOf(program).map(
    ({ from, to }) => `${table} RENAME COLUMN ${quoteIdent(from)} TO ${quoteIdent(to)}`,
  );
  return limited([...drops, ...renames], program.limits);
}

/** What is known of the table, under its new names. */
export const renamedFacts = (facts: TableFacts, program: LoadProgram): TableFacts => ({
  ...facts,
  columns: renamed(facts.columns, program),
  details: renamed(facts.details, program),
});

/** Drops and renames, and resolves with what the table is then. */
export async function renameColumns(
  session: Session,
  program: LoadProgram,
  facts: TableFacts | null,
  doing: Doing,
): Promise<TableFacts | null> {
  const statements = renameStatements(program);
  await session.script(statements, doing);
  return statements.length === 0 ? facts : tableFacts(session, program.load.target, doing);
}
