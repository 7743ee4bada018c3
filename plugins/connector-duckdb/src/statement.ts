import { columnList, tableName } from './sql.js';
import type { LoadProgram } from '@dpone/sdk';

/** What a statement's count of changed rows means. */
export type Tally =
  | 'inserted'
  | 'deleted'
  | 'updated'
  /** The two halves of a merge: what was removed is updated, what is added beyond it is inserted. */
  | 'removed_half'
  | 'added_half'
  /** Staging takes the target's name: nothing is counted, everything is replaced. */
  | 'swapped'
  | 'none';

export interface Statement {
  readonly sql: string;
  readonly tally: Tally;
}

export const plain = (sql: string): Statement => ({ sql, tally: 'none' });

/** A table of the session alone, which a step makes and drops. */
export const workTable = (what: string): string => `"__dpone__${what}"`;

export const makeWork = (table: string, select: string): Statement =>
  plain(`CREATE OR REPLACE TEMP TABLE ${table} AS ${select}`);

export const dropWork = (...tables: readonly string[]): Statement[] =>
  tables.map((table) => plain(`DROP TABLE ${table}`));

export const insertInto = (program: LoadProgram): string =>
  `INSERT INTO ${tableName(program.load.target)} (${columnList(program.columns)})`;
