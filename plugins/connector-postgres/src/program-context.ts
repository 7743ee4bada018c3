import { fail, type LoadProgram } from '@dpone/sdk';
import type { TypeOf } from './framework-sql.js';
import type { StagingNames } from './names.js';
import { columnList, tableName } from './sql.js';
import type { TableFacts } from './target.js';

/** What a statement's count of changed rows means. */
export type Tally =
  | 'inserted'
  | 'deleted'
  | 'updated'
  /** The two halves of a merge: what was removed is updated, what is added beyond it is inserted. */
  | 'removed_half'
  | 'added_half'
  /** The statement tells itself what it inserted, updated and deleted. */
  | 'told'
  /** Rows of which each was added in the place of one that was changed. */
  | 'succeeded'
  /** Rows that were added or changed, which the server's own counters tell apart. */
  | 'merged'
  /** Every row of the target is removed, by TRUNCATE, which does not count. */
  | 'truncated'
  /** Staging takes the target's name: nothing is counted, everything is replaced. */
  | 'swapped'
  /** From here on nobody else reads the target: what is to be known of it is known before. */
  | 'locked'
  | 'none';

export interface Statement {
  readonly sql: string;
  readonly tally: Tally;
  /** Rows that it changes, where the server does not say. */
  readonly rows?: number;
}

export const plain = (sql: string): Statement => ({ sql, tally: 'none' });

/** A partition of the target that staging has rows of, held until the load is done. */
export interface OwnPartition {
  /** Quoted, with its schema. */
  readonly table: string;
  readonly rows: number;
  /** Those of values that staging has no row of: they stay. */
  readonly others: number;
  /** Why it cannot be emptied as a whole; null where it can. */
  readonly refused: string | null;
}

/** What finalize is written with. */
export interface ProgramContext {
  readonly names: StagingNames;
  /** Null where the target does not exist. */
  readonly facts: TableFacts | null;
  readonly serverVersion: number;
  readonly typeOf: TypeOf;
  /** The target's own partitions that staging has rows of; undefined while a load is only planned. */
  readonly partitions?: readonly OwnPartition[];
}

/** Columns of the program that are written: the target computes its generated ones itself. */
export function writtenColumns(program: LoadProgram, facts: TableFacts | null): string[] {
  const generated = new Set((facts?.columns ?? []).filter((c) => c.generated === true).map((c) => c.name));
  return program.columns.map((c) => c.name).filter((name) => !generated.has(name));
}

/** The head of an INSERT; identity columns take the staged values. */
export const insertInto = (program: LoadProgram, facts: TableFacts | null): string => {
  const overriding = facts !== null && facts.identity.length > 0 ? ' OVERRIDING SYSTEM VALUE' : '';
  return `INSERT INTO ${tableName(program.load.target)} AS t (${columnList(writtenColumns(program, facts))})${overriding}`;
};

/** Rows that are deleted to be put back at once must not take rows of other tables with them. */
export function refuseCascade(table: string, facts: TableFacts | null): void {
  const passesOn = facts?.referencedBy.find((key) => /ON DELETE (CASCADE|SET)/.test(key.definition));
  if (passesOn === undefined) return;
  throw fail(
    'DPONE_CAPABILITY',
    `to delete rows of ${table} would change ${passesOn.table} by its foreign key ${passesOn.name}`,
    {
      where: 'sink.strategy',
      remedy: 'Use incremental_merge with merge_policy: upsert, or take ON DELETE CASCADE or SET from the foreign key.',
    },
  );
}
