import type { LoadProgram, TableRef } from '@dpone/sdk';
import type { Design } from './design.js';
import type { LoadTables } from './names.js';
import type { TableFacts } from './table-facts.js';

/** What a statement's change of the number of rows means. */
export type Tally =
  | 'inserted'
  | 'deleted'
  /** The two halves of a change: what was removed is updated, what is added beyond it is inserted. */
  | 'removed_half'
  | 'added_half'
  /** Whole partitions of staging in the place of those that were there. */
  | 'replaced'
  /** Rows that are marked: their number is that of a query before. */
  | { readonly marked: string }
  /** The first half of a change; the query says how many of those rows do not come back. */
  | { readonly gone: string }
  /** The first half of a change; the query says how many of those rows come back as they are, but for a mark. */
  | { readonly staying: string }
  | 'none';

export interface Statement {
  /** With {@link PARTITION} in it: one statement a partition of `partitionsOf`, made when they are known. */
  readonly sql: string;
  readonly tally: Tally;
  readonly partitionsOf?: TableRef;
}

export const PARTITION = '{partition}';

export const plain = (sql: string): Statement => ({ sql, tally: 'none' });

export interface ProgramContext {
  readonly program: LoadProgram;
  readonly tables: LoadTables;
  /** The table that the statements change: the one beside the target. */
  readonly work: TableRef;
  /** The target before the load. */
  readonly facts: TableFacts | null;
  /** Whether staging has the work table's structure, so that its parts are linked. */
  readonly linked: boolean;
  readonly design: Design;
  readonly replacing: boolean;
}
