import type { SchemaChange } from './compare-schemas.js';
import { DIALECT, type DialectName } from './dialects.js';

/** The statement of a change that is not breaking and changes the table; none otherwise. */
export function changeDdl(change: SchemaChange, dialect: DialectName, table: string): string[] {
  return statement(change, dialect, table, false);
}

/** The same with types that keep every digit, and with what makes a column nullable. */
export function exactDdl(change: SchemaChange, dialect: DialectName, table: string): string[] {
  return statement(change, dialect, table, true);
}

function statement(change: SchemaChange, dialect: DialectName, table: string, exact: boolean): string[] {
  const { change_type, column, source, breaking, generated_column } = change;
  if (breaking || source === null) return [];
  const { quote, table: tableOf, type, exact: exactType, add, alter, nullability } = DIALECT[dialect];
  const typed = (nullable: boolean): string =>
    (exact ? exactType({ ...source, nullable }) : type(source.dtype)) + nullability(nullable);
  switch (change_type) {
    case 'add_column':
      return [add(tableOf(table), quote(column), typed(source.nullable))];
    case 'add_generated_column':
      return [add(tableOf(table), quote(generated_column!), typed(true))];
    case 'type_widen':
      return [alter(tableOf(table), quote(column), typed(source.nullable))];
    default:
      return [];
  }
}
