import { fail, replacesAll, type Column, type SchemaChange } from '@dpone/sdk';
import { renamed } from '@dpone/sdk/connector';
import { catchUpAll } from './cluster.js';
import { onCluster, tableClause, type Design } from './design.js';
import { plain, type ProgramContext, type Statement } from './program-context.js';
import { tableName, text, ident } from './sql.js';
import { linkInto } from './link-sql.js';
import { hasNullableKey } from './staging-sql.js';
import { stepStatements } from './step-sql.js';
import { commentOf, stagedType } from './types.js';

/** Makes the table beside the target: empty where everything is replaced, else with the target's own parts. */
export function createNext(ctx: ProgramContext): Statement[] {
  const { program, work, facts, design } = ctx;
  const name = `${tableName(work)}${onCluster(design)}`;
  if (facts === null) {
    const schema = program.changes.find((c) => c.kind === 'create_table')?.schema;
    if (schema === undefined) throw fail('DPONE_INTERNAL', 'the target does not exist and the load does not make it');
    return [plain(createTable(name, schema.columns, design))];
  }
  const target = tableName(program.load.target);
  const made = plain(`CREATE TABLE ${name} AS ${target}`);
  return replacesAll(program.steps) ? [made] : [made, linkInto(ctx, program.load.target, 'none')];
}

function createTable(name: string, columns: readonly Column[], design: Design): string {
  const list = columns.map((c) => `${ident(c.name)} ${stagedType(c)}${commentSql(c)}`).join(', ');
  return `CREATE TABLE ${name} (${list}) ${tableClause(design, design.engine, hasNullableKey(columns, design))}`;
}

function commentSql(column: Column): string {
  const said = commentOf(column);
  return said === undefined ? '' : ` COMMENT ${text(said)}`;
}

/** What the program does to the work table's columns, which comes before what it does to its rows. */
export const schemaStatements = (ctx: ProgramContext): Statement[] =>
  ctx.program.changes.flatMap((change) => changeStatements(change, ctx)).map(plain);

/** What the program does to the work table's rows, in order. The target's columns have their new names by then. */
export function rowStatements(ctx: ProgramContext): Statement[] {
  const { program } = ctx;
  const facts = ctx.facts === null ? null : { ...ctx.facts, columns: renamed(ctx.facts.columns, program) };
  return program.steps.flatMap((step, i) => stepStatements(step, i, { ...ctx, facts }));
}

function changeStatements(change: SchemaChange, { work, facts, design }: ProgramContext): string[] {
  const alter = `ALTER TABLE ${tableName(work)}${onCluster(design)}`;
  switch (change.kind) {
    case 'create_table':
      return [];
    case 'add_column':
      return [
        `${alter} ADD COLUMN ${ident(change.column.name)} ${stagedType(change.column)}${commentSql(change.column)}`,
      ];
    case 'widen_column': {
      const { native: _, ...column } = change.column;
      return [`${alter} MODIFY COLUMN ${ident(column.name)} ${stagedType(column)}${commentSql(column)}`];
    }
    case 'drop_not_null': {
      const column = facts?.columns.find((c) => c.name === change.column);
      if (column === undefined) return [];
      return [`${alter} MODIFY COLUMN ${ident(column.name)} ${stagedType({ ...column, nullable: true })}`];
    }
    case 'rename_column':
      return [`${alter} RENAME COLUMN ${ident(change.from)} TO ${ident(change.to)}`];
    case 'drop_column':
      return [`${alter} DROP COLUMN ${ident(change.column)}`];
  }
}

/** Statements by which the new table takes the target's place. */
export function takePlace(ctx: ProgramContext, atomic: boolean): string[] {
  const { program, tables, facts, design } = ctx;
  const [target, next, old] = [program.load.target, tables.next, tables.old].map(tableName);
  const on = onCluster(design);
  const all = catchUpAll(design, tables.next);
  if (facts === null) return [...all, `RENAME TABLE ${next} TO ${target}${on}`];
  if (atomic) return [...all, `EXCHANGE TABLES ${next} AND ${target}${on}`];
  return [...all, `RENAME TABLE ${target} TO ${old}, ${next} TO ${target}${on}`];
}
