import { plain, type ProgramContext, type Statement } from './program-context.js';
import { tableName } from './sql.js';

/** A table that finalize makes beside staging and drops again, all in its one transaction: nobody else ever sees it. */
export const workTable = ({ names }: Pick<ProgramContext, 'names'>, what: string): string =>
  tableName({ schema: names.schema, name: `${names.rowsName}__${what}` });

/** `SELECT ... INTO` makes it with the types of what is selected. */
export const makeWork = (table: string, columns: string, from: string): Statement =>
  plain(`SELECT ${columns} INTO ${table} FROM ${from}`);

export const dropWork = (...tables: readonly string[]): Statement => plain(`DROP TABLE ${tables.join(', ')}`);
