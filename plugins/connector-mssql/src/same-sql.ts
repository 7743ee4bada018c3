import type { LoadProgram } from '@dpone/sdk';
import { NEVER } from './predicate-sql.js';
import { writtenColumns, type ProgramContext } from './program-context.js';
import { BINARY, quoteName } from './sql.js';
import { isText, parseNative, stagedType } from './types.js';

/**
 * Whether rows differ in one of the columns; NULL is the same as NULL. The collation of a column may call texts equal
 * that are not, and blanks at their end never count: texts are compared by their code units and their length.
 */
export function differs(
  target: string,
  staged: string,
  names: readonly string[],
  program: LoadProgram,
  ctx: ProgramContext,
): string {
  const written = new Set(writtenColumns(program, ctx.facts));
  const compared = names.filter((name) => written.has(name));
  if (compared.length === 0) return NEVER;
  const exactly = (alias: string): string => compared.flatMap((name) => exact(alias, name, program, ctx)).join(', ');
  return `EXISTS (SELECT ${exactly(target)} EXCEPT SELECT ${exactly(staged)})`;
}

/** The type that a column of the program has in the target. */
export function typeIn(name: string, program: LoadProgram, { facts, typeOf }: ProgramContext): string {
  const changed = program.changes.some((c) => c.kind === 'widen_column' && c.column.name === name);
  const renamed = program.changes.find((c) => c.kind === 'rename_column' && c.to === name);
  const before = renamed?.kind === 'rename_column' ? renamed.from : name;
  const known = changed ? undefined : facts?.columns.find((c) => c.name === before)?.native;
  return known ?? typeOf(program.columns.find((c) => c.name === name)!);
}

function exact(alias: string, name: string, program: LoadProgram, ctx: ProgramContext): string[] {
  const type = typeIn(name, program, ctx);
  const { base } = parseNative(type);
  // Staging is wider where a type rounds what it is given.
  const value = `${alias}.${quoteName(name)}`;
  const kept = stagedType(type) === type || isText(type) ? value : `CONVERT(${type}, ${value})`;
  if (base === 'xml') return [`CONVERT(nvarchar(max), ${kept}) COLLATE ${BINARY}`];
  if (isText(type)) {
    const text = `CONVERT(nvarchar(max), ${value})`;
    // A type of a fixed length fills up with blanks what is shorter.
    return base === 'char' || base === 'nchar'
      ? [`${text} COLLATE ${BINARY}`]
      : [`${text} COLLATE ${BINARY}`, `DATALENGTH(${text})`];
  }
  return base === 'varbinary' ? [kept, `DATALENGTH(${kept})`] : [kept];
}
