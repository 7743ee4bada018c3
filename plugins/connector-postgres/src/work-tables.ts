import { quoteIdent } from '@dpone/sdk';
import type { StagingNames } from './names.js';
import { plain, type Statement } from './program-context.js';

/**
 * A table that finalize makes beside staging and drops again, all in its one transaction: nobody else ever sees it, and
 * no log is kept of it.
 */
export const workTable = (names: StagingNames, what: string): string =>
  `${quoteIdent(names.schema)}.${quoteIdent(`${names.rowsName}__${what}`)}`;

export const makeWork = (table: string, select: string): Statement =>
  plain(`CREATE UNLOGGED TABLE ${table} AS ${select}`);

export const dropWork = (...tables: readonly string[]): Statement => plain(`DROP TABLE ${tables.join(', ')}`);

/** Rows are found again by where they are, so nobody may move them until the load is done; reading goes on. */
export const holdRows = (table: string): Statement => plain(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);

/** The row of a work table's `tid` and `part`. */
export const sameRow = (left: string, right: string): string =>
  `${left}.ctid = ${right}.tid AND ${left}.tableoid = ${right}.part`;
