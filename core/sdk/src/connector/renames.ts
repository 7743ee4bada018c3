import type { LoadProgram, SchemaChange } from '../contracts/load-program.js';

export type Rename = SchemaChange & { readonly kind: 'rename_column' };

/** The renames of a program, which come before its other changes. */
export const renamesOf = ({ changes }: Pick<LoadProgram, 'changes'>): Rename[] =>
  changes.filter((change): change is Rename => change.kind === 'rename_column');

/** The columns that a program drops before it does anything else. */
export const dropsOf = ({ changes }: Pick<LoadProgram, 'changes'>): string[] =>
  changes.flatMap((change) => (change.kind === 'drop_column' ? [change.column] : []));

/** Columns as a program's drops and renames leave them. */
export function renamed<C extends { readonly name: string }>(columns: readonly C[], program: LoadProgram): C[] {
  const dropped = dropsOf(program);
  return columns
    .filter(({ name }) => !dropped.includes(name))
    .map((column) => {
      const rename = renamesOf(program).find(({ from }) => from === column.name);
      return rename === undefined ? column : { ...column, name: rename.to };
    });
}
