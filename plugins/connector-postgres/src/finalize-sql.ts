import { quoteIdent, swaps, type FinalizeStep, type LoadProgram, type SchemaChange, type TableRef } from '@dpone/sdk';
import { copyToBackup } from './backup-sql.js';
import { convergeStatement } from './converge-sql.js';
import { eventStatements } from './events-sql.js';
import { limited } from './limits-sql.js';
import { mergeStatements } from './merge-sql.js';
import { predicateSql } from './predicate-sql.js';
import {
  insertInto,
  plain,
  refuseCascade,
  writtenColumns,
  type ProgramContext,
  type Statement,
} from './program-context.js';
import { clearPartitions } from './partitions-sql.js';
import { renamedFacts, renameStatements } from './rename-columns.js';
import { columnList, keysEqual, tableName, textLiteral } from './sql.js';
import { newTableStatements, swapRefused, swapStatements, takeAway } from './swap.js';
import type { TableFacts } from './target.js';
import type { TypeOf } from './framework-sql.js';
import { versionStatements } from './versions-sql.js';

/** Everything between BEGIN and the receipt, in order. The same for `plan` and for the load. */
export function programStatements(program: LoadProgram, ctx: ProgramContext): Statement[] {
  const { names, facts } = ctx;
  const target = program.load.target;
  const [first, ...rest] = program.steps;
  if (first?.op === 'replace_all' && first.by === 'swap' && rest.length === 0) {
    // A coarse look, a tenth of the usual sample, so that the planner is not blind until autovacuum takes a closer one.
    const analyzed: Statement[] = [
      plain('SET LOCAL default_statistics_target = 10'),
      { sql: `ANALYZE ${tableName(target)}`, tally: 'swapped' },
    ];
    if (facts === null) return [...newTableStatements(program, names).map(plain), ...analyzed];
    if (swapReason(program, facts) === null) {
      const locks = takeAway(target);
      const swap = swapStatements(program, names, facts);
      return [...swap.map((sql): Statement => ({ sql, tally: sql === locks ? 'locked' : 'none' })), ...analyzed];
    }
  }
  return [
    ...limited(
      program.changes.flatMap((change) => changeStatements(target, change, ctx.typeOf)),
      program.limits,
    ).map(plain),
    ...program.steps.flatMap((step, i, steps) => {
      if (i > 0 && convergeStatement(steps[i - 1]!, step, program, ctx) !== null) return [];
      return convergeStatement(step, steps[i + 1], program, ctx) ?? stepStatements(step, program, ctx);
    }),
  ];
}

/** The program transaction, for `plan`: with a note where a full refresh cannot swap. */
export function explainProgram(
  program: LoadProgram,
  { facts, ...given }: ProgramContext,
  keepBackup: boolean,
): string[] {
  const ctx = { ...given, facts: facts === null ? null : renamedFacts(facts, program) };
  const reason = swaps(program.steps) && ctx.facts !== null ? swapReason(program, ctx.facts) : null;
  return [
    'BEGIN',
    ...(keepBackup && ctx.facts !== null ? copyToBackup(program.load) : []),
    ...renameStatements(program),
    ...(reason === null ? [] : [`-- emptied and filled instead of swapped: ${reason}`]),
    ...programStatements(program, ctx).map((s) => s.sql),
    'COMMIT',
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
    case 'rename_column':
    case 'drop_column':
      // Made before the facts were read.
      return [];
  }
}

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
    case 'replace_partitions':
      return [...clearPartitions(step, table, ctx), insert()];
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
    case 'add_versions':
      return versionStatements(step, program, ctx);
    case 'apply_events':
      return eventStatements(step, program, ctx);
  }
}

/** TRUNCATE is refused by the server where another table refers to this one: then the rows are deleted. */
export function emptyStatement(table: string, facts: TableFacts | null): Statement {
  if (facts === null || facts.referencedBy.length === 0) return { sql: `TRUNCATE ${table}`, tally: 'truncated' };
  refuseCascade(table, facts);
  return { sql: `DELETE FROM ${table}`, tally: 'deleted' };
}
