import type { LoadProgram } from '@dpone/sdk';
import { dropMark } from './marks-sql.js';
import { madeColumns, plain, type ProgramContext, type Statement } from './program-context.js';
import { DEFAULT_SCHEMA, quoteName, tableName, textLiteral } from './sql.js';
import { collate, dropDefaults, stagedNullable } from './staging-sql.js';
import { stagedType } from './types.js';

/**
 * Why a full refresh empties and fills the table instead of putting staging in its place; null where it swaps. A table
 * that is more than its columns stays the table that it is, and a new one is made where staging has not its types.
 */
export function swapRefused(
  program: LoadProgram,
  { facts, typeOf }: Pick<ProgramContext, 'facts' | 'typeOf'>,
): string | null {
  if (facts === null) {
    const other = madeColumns(program).find((c) => stagedType(typeOf(c)) !== typeOf(c));
    return other === undefined ? null : `column ${other.name} is ${typeOf(other)}`;
  }
  if (facts.kind === 'view') return 'it is a view';
  if (program.changes.some((change) => change.kind === 'rename_column')) return 'a column of it is renamed';
  if (program.changes.some((change) => change.kind === 'drop_column')) return 'a column of it is dropped';
  if (facts.attached.length > 0) return `it has ${facts.attached.join(', ')}`;
  const special = facts.columns.find((c) => c.identity || c.generated || stagedType(c.native) !== c.native);
  if (special !== undefined) return `column ${special.name} is ${special.identity ? 'an identity' : special.native}`;
  const staged = new Set(program.columns.map((c) => c.name));
  const missing = facts.columns.find((c) => !staged.has(c.name));
  return missing === undefined ? null : `the load does not fill ${missing.name}`;
}

/** From here on nobody else reads or writes the target: its rows are counted, and none is added that would be lost. */
export const countHeld = (table: string): Statement => ({
  sql: `SELECT COUNT_BIG(*) AS n FROM ${table} WITH (TABLOCKX, HOLDLOCK)`,
  tally: 'counted',
});

/** Staging takes the target's name, which it has for itself then. */
export function swapStatements(program: LoadProgram, ctx: ProgramContext): Statement[] {
  const { target } = program.load;
  const { names, facts } = ctx;
  const schema = target.schema ?? DEFAULT_SCHEMA;
  const away = facts === null ? [] : [countHeld(tableName(target)), plain(`DROP TABLE ${tableName(target)}`)];
  const moved = tableName({ schema, name: names.rowsName });
  const renamed: Statement[] = [
    // A transfer takes the properties of the table along, but not the privileges on it.
    ...(names.schema === schema ? [] : [plain(`ALTER SCHEMA ${quoteName(schema)} TRANSFER ${names.rows}`)]),
    plain(dropMark({ schema, name: names.rowsName })),
    {
      // The new name is taken as it is, brackets would become part of it (sp_rename's own rule).
      sql: `EXEC sp_rename @objname = ${textLiteral(moved)}, @newname = ${textLiteral(target.name)}, @objtype = N'OBJECT'`,
      tally: 'swapped',
    },
  ];
  return [...dropDefaults(ctx).map(plain), ...notNull(program, ctx).map(plain), ...away, ...renamed];
}

/** What the target has NOT NULL, or is to have. The server looks at every row and refuses a NULL. */
function notNull(program: LoadProgram, { facts, names, typeOf, collation, spec }: ProgramContext): string[] {
  const relaxed = new Set(program.changes.flatMap((c) => (c.kind === 'drop_not_null' ? [c.column] : [])));
  const wanted =
    facts === null
      ? madeColumns(program)
          .filter((c) => !c.nullable)
          .map((c) => c.name)
      : facts.columns.filter((c) => !c.nullable && !relaxed.has(c.name)).map((c) => c.name);
  return wanted.flatMap((name) => {
    const column = program.columns.find((c) => c.name === name);
    const staged = spec.columns.find((c) => c.name === name);
    if (column === undefined || (staged !== undefined && !stagedNullable(staged, facts))) return [];
    const type = facts?.columns.find((c) => c.name === name)?.native ?? typeOf(staged ?? column);
    return [
      `ALTER TABLE ${names.rows} ALTER COLUMN ${quoteName(name)} ${type}${collate(name, type, { facts, collation })} NOT NULL`,
    ];
  });
}
