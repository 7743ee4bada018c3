import { fail, type CanonicalType, type Column } from '@dpone/sdk';
import { dropsOf } from '@dpone/sdk/connector';
import type { ProgramContext } from './program-context.js';
import { ident } from './sql.js';
import { stagedType } from './types.js';

/** A column of the table that a load changes, as the load's changes of the schema leave it. */
export interface WorkColumn {
  readonly name: string;
  /** Its type in ClickHouse. */
  readonly type: string;
  readonly kind: CanonicalType['kind'];
  readonly nullable: boolean;
  /** Whether staging has it. */
  readonly staged: boolean;
}

/** Every column that an INSERT fills. */
export function workColumns({ program, facts }: Pick<ProgramContext, 'program' | 'facts'>): WorkColumn[] {
  const staged = new Set(program.columns.map((c) => c.name));
  const { changes } = program;
  const before = facts?.columns ?? changes.flatMap((c) => (c.kind === 'create_table' ? c.schema.columns : []));
  const added = changes.flatMap((c) => (c.kind === 'add_column' ? [c.column] : []));
  const dropped = dropsOf(program);
  return [...before.filter((c) => c.generated !== true && !dropped.includes(c.name)), ...added].map((given) => {
    const column = changed(given, { program });
    const { name, nullable } = column;
    return { name, type: stagedType(column), kind: column.type.kind, nullable, staged: staged.has(name) };
  });
}

function changed(before: Column, { program }: Pick<ProgramContext, 'program'>): Column {
  const renamed = program.changes.find((c) => c.kind === 'rename_column' && c.from === before.name);
  const column = renamed?.kind === 'rename_column' ? { ...before, name: renamed.to } : before;
  const widened = program.changes.find((c) => c.kind === 'widen_column' && c.column.name === column.name);
  if (widened?.kind === 'widen_column') {
    const { native: _, ...wide } = widened.column;
    return wide;
  }
  const relaxed = program.changes.some((c) => c.kind === 'drop_not_null' && c.column === column.name);
  return relaxed ? { ...column, nullable: true } : column;
}

export function workColumn(columns: readonly WorkColumn[], name: string): WorkColumn {
  const found = columns.find((c) => c.name === name);
  if (found === undefined)
    throw fail('DPONE_INTERNAL', `a step of the load names ${name}, which the target does not have`);
  return found;
}

/**
 * Values as one text that no other values have; NULL is one like any other, and an hour that a zone has twice is two.
 * All of them have the types of the work table, so that a text says the same on both sides.
 */
export const sameText = (
  names: readonly string[],
  columns: readonly WorkColumn[],
  value: (name: string) => string = ident,
): string => {
  const part = (name: string): string =>
    workColumn(columns, name).kind === 'timestamp' ? `toTimeZone(${value(name)}, 'UTC')` : value(name);
  return names.length === 0 ? "''" : `toString(tuple(${names.map(part).join(', ')}))`;
};

/** What an INSERT puts into a column that staging lacks and that no row of the target says. */
export const emptyValue = ({ type }: WorkColumn): string =>
  `defaultValueOfTypeName('${type.replaceAll(/[\\']/g, String.raw`\$&`)}')`;
