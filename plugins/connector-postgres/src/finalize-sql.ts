import { fail, quoteIdent, type FinalizeStep, type LoadProgram, type SchemaChange, type TableRef } from '@dpone/sdk';
import { mergeStatements } from './merge-sql.js';
import type { StagingNames } from './names.js';
import { predicateSql } from './predicate-sql.js';
import { columnList, keysEqual, tableName, textLiteral } from './sql.js';
import { newTableStatements, swapRefused, swapStatements } from './swap.js';
import type { TableFacts } from './target.js';
import type { TypeOf } from './framework-sql.js';

/** What a statement's count of changed rows means. */
export type Tally =
  | 'inserted'
  | 'deleted'
  | 'updated'
  /** The two halves of a merge: what was removed is updated, what is added beyond it is inserted. */
  | 'removed_half'
  | 'added_half'
  /** Rows that were added or changed, which the server's own counters tell apart. */
  | 'merged'
  /** Every row of the target is removed, by TRUNCATE, which does not count. */
  | 'truncated'
  /** Staging takes the target's name: nothing is counted, everything is replaced. */
  | 'swapped'
  | 'none';

export interface Statement {
  readonly sql: string;
  readonly tally: Tally;
}

export const plain = (sql: string): Statement => ({ sql, tally: 'none' });

/** What finalize is written with. */
export interface ProgramContext {
  readonly names: StagingNames;
  /** Null where the target does not exist. */
  readonly facts: TableFacts | null;
  readonly serverVersion: number;
  readonly typeOf: TypeOf;
}

/** Everything between BEGIN and the receipt, in order. The same for `plan` and for the load. */
export function programStatements(program: LoadProgram, ctx: ProgramContext): Statement[] {
  const { names, facts } = ctx;
  const target = program.load.target;
  const [first, ...rest] = program.steps;
  if (first?.op === 'replace_all' && first.by === 'swap' && rest.length === 0) {
    const swapped = { sql: `ANALYZE ${tableName(target)}`, tally: 'swapped' } as const;
    if (facts === null) return [...newTableStatements(program, names).map(plain), swapped];
    if (swapReason(program, facts) === null) return [...swapStatements(program, names, facts).map(plain), swapped];
  }
  return [
    ...program.changes.flatMap((change) => changeStatements(target, change, ctx.typeOf)).map(plain),
    ...program.steps.flatMap((step) => stepStatements(step, program, ctx)),
  ];
}

/** Why a full refresh empties and fills the table instead of putting staging in its place; null where it swaps. */
export const swapReason = (program: LoadProgram, facts: TableFacts): string | null =>
  swapRefused(
    facts,
    program.columns.map((c) => c.name),
    program,
  );

export function changeStatements(target: TableRef, change: SchemaChange, typeOf: TypeOf): string[] {
  const table = tableName(target);
  switch (change.kind) {
    case 'create_table': {
      const columns = change.schema.columns.map(
        (c) => `${quoteIdent(c.name)} ${typeOf(c)}${c.nullable ? '' : ' NOT NULL'}`,
      );
      return [`CREATE TABLE ${table} (${columns.join(', ')})`];
    }
    case 'add_column':
      return [`ALTER TABLE ${table} ADD COLUMN ${quoteIdent(change.column.name)} ${typeOf(change.column)}`];
    case 'widen_column':
      return [`ALTER TABLE ${table} ALTER COLUMN ${quoteIdent(change.column.name)} TYPE ${typeOf(change.column)}`];
    case 'drop_not_null':
      return [`ALTER TABLE ${table} ALTER COLUMN ${quoteIdent(change.column)} DROP NOT NULL`];
  }
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

function stepStatements(step: FinalizeStep, program: LoadProgram, ctx: ProgramContext): Statement[] {
  const { names, facts } = ctx;
  const table = tableName(program.load.target);
  const insert = (where = ''): Statement => ({
    sql: `${insertInto(program, facts)} SELECT ${columnList(writtenColumns(program, facts))} FROM ${names.rows} AS s${where}`,
    tally: 'inserted',
  });
  switch (step.op) {
    case 'replace_all':
      return [emptyStatement(table, facts), insert()];
    case 'append':
      if (step.unlessKey === undefined) return [insert()];
      return [insert(` WHERE NOT EXISTS (SELECT FROM ${table} AS t WHERE ${keysEqual('t', 's', step.unlessKey)})`)];
    case 'merge':
      return mergeStatements(step, program, ctx);
    case 'delete':
      return [{ sql: `DELETE FROM ${table} WHERE ${predicateSql(step.where)}`, tally: 'deleted' }];
    case 'replace_partitions': {
      if (step.native === 'required')
        throw fail('DPONE_CAPABILITY', 'the postgres sink does not exchange native partitions', {
          remedy: 'Set native partitions to auto or never: rows are then replaced by the partition column.',
        });
      const same = `t.${quoteIdent(step.column)} IS NOT DISTINCT FROM s.${quoteIdent(step.column)}`;
      const values = `SELECT DISTINCT ${quoteIdent(step.column)} FROM ${names.rows}`;
      return [{ sql: `DELETE FROM ${table} AS t USING (${values}) AS s WHERE ${same}`, tally: 'deleted' }, insert()];
    }
    case 'remove_absent': {
      const absent = `NOT EXISTS (SELECT FROM ${names.rows} AS s WHERE ${keysEqual('t', 's', step.key)})`;
      if (step.how === 'delete') return [{ sql: `DELETE FROM ${table} AS t WHERE ${absent}`, tally: 'deleted' }];
      const at = `${textLiteral(program.load.startedAt)}::timestamptz`;
      return [
        {
          sql: `UPDATE ${table} AS t SET "__dpone__deleted_at" = ${at} WHERE t."__dpone__deleted_at" IS NULL AND ${absent}`,
          tally: 'deleted',
        },
      ];
    }
    default:
      throw fail('DPONE_CAPABILITY', `the postgres sink does not carry out ${step.op}`);
  }
}

/** TRUNCATE is refused by the server where another table refers to this one: then the rows are deleted. */
function emptyStatement(table: string, facts: TableFacts | null): Statement {
  if (facts === null || facts.referencedBy.length === 0) return { sql: `TRUNCATE ${table}`, tally: 'truncated' };
  refuseCascade(table, facts);
  return { sql: `DELETE FROM ${table}`, tally: 'deleted' };
}

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
