import type { LoadProgram, SchemaChange } from '../contracts/load-program.js';

export type Rename = SchemaChange & { readonly kind: 'rename_column' };

/** The renames of a program, which come before its other changes. */
export const renamesOf = ({ changes }: Pick<LoadProgram, 'changes'>): Rename[] =>
  changes.filter((change): change is Rename => change.kind === 'rename_column');

/** Columns under the names that they have once a program's renames are made. */
export const renamed = <C extends { readonly name: string }>(columns: readonly C[], program: LoadProgram): C[] =>
  columns.map((column) => {
    const rename = renamesOf(program).find(({ from }) => from === column.name);
    return rename === undefined ? column : { ...column, name: rename.to };
  });
