import { fail, type Column, type LoadProgram } from '@dpone/sdk';
import type { StagingPlan } from './staging-sql.js';
import { columnList, quoteName, tableName } from './sql.js';
import type { TableFacts } from './target.js';

/** What a statement's count of changed rows means. */
export type Tally =
  | 'inserted'
  | 'deleted'
  | 'updated'
  /** The two halves of a merge: what was removed is updated, what is added beyond it is inserted. */
  | 'removed_half'
  | 'added_half'
  /** The rows of the target, none of which stays: TRUNCATE and DROP do not count. */
  | 'counted'
  /** Staging takes the target's name: nothing is counted, everything is replaced. */
  | 'swapped'
  /** No row may come back: the load is refused before it changes anything. */
  | 'refused'
  | 'none';

export interface Statement {
  readonly sql: string;
  readonly tally: Tally;
  /** Of `refused`: why. */
  readonly why?: string;
}

export const plain = (sql: string): Statement => ({ sql, tally: 'none' });

/** What finalize is written with. */
export type ProgramContext = StagingPlan;

/** The columns of a table that the load makes, with the types of their own that they bring along. */
export function madeColumns(program: LoadProgram): readonly Column[] {
  const made = program.changes.find((change) => change.kind === 'create_table');
  return made?.schema.columns ?? program.columns;
}

/** Columns of the program that are written: the target fills its generated ones itself. */
export function writtenColumns(program: LoadProgram, facts: TableFacts | null): string[] {
  const generated = new Set((facts?.columns ?? []).filter((c) => c.generated).map((c) => c.name));
  return program.columns.map((c) => c.name).filter((name) => !generated.has(name));
}

/** The identity column that a load writes, if any. */
export const writtenIdentity = (program: LoadProgram, facts: TableFacts | null): string | undefined =>
  facts?.columns.find((c) => c.identity && program.columns.some((own) => own.name === c.name))?.name;

/**
 * Staged rows into the target. An identity column takes the staged values, which one table of a session may at a time
 * (https://learn.microsoft.com/sql/t-sql/statements/set-identity-insert-transact-sql).
 */
export function insertStaged(
  program: LoadProgram,
  { names, facts }: Pick<ProgramContext, 'names' | 'facts'>,
  options: {
    readonly hint?: string;
    readonly where?: string;
    readonly tally?: Tally;
    /** The value of a column whose value is not the staged one; undefined for the others. */
    readonly value?: (name: string) => string | undefined;
  } = {},
): Statement[] {
  const table = tableName(program.load.target);
  const written = writtenColumns(program, facts);
  const columns = columnList(written);
  const values =
    options.value === undefined
      ? columns
      : written.map((name) => options.value!(name) ?? `s.${quoteName(name)}`).join(', ');
  const insert: Statement = {
    sql: `INSERT INTO ${table}${options.hint ?? ''} (${columns}) SELECT ${values} FROM ${names.rows} AS s${options.where ?? ''}`,
    tally: options.tally ?? 'inserted',
  };
  if (writtenIdentity(program, facts) === undefined) return [insert];
  return [plain(`SET IDENTITY_INSERT ${table} ON`), insert, plain(`SET IDENTITY_INSERT ${table} OFF`)];
}

export const PASSES_DELETES_ON = 'foreign keys that pass deletes on';

/** Rows that are deleted to be put back at once must not take rows of other tables with them. */
export function refuseCascade(table: string, facts: TableFacts | null): void {
  if (facts === null || !facts.attached.includes(PASSES_DELETES_ON)) return;
  throw fail('DPONE_CAPABILITY', `to delete rows of ${table} would change other tables by their foreign keys`, {
    where: 'sink.strategy',
    remedy: 'Use incremental_merge with merge_policy: upsert, or take ON DELETE CASCADE or SET from the foreign keys.',
  });
}
