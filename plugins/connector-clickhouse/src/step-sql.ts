import { fail, type FinalizeStep, type TableRef } from '@dpone/sdk';
import { eventStatements } from './events-sql.js';
import { keyAmong } from './keys-sql.js';
import { linkInto } from './link-sql.js';
import { keyColumns } from './made-sql.js';
import { mergeStatements } from './merge-sql.js';
import { sqlTime } from './meta-sql.js';
import { predicateSql } from './predicate-sql.js';
import { PARTITION, type ProgramContext, type Statement, type Tally } from './program-context.js';
import { columnList, ident, tableName, text } from './sql.js';
import type { TableFacts } from './table-facts.js';
import { versionStatements } from './versions-sql.js';

type Add = (tally: Tally) => Statement;

/** What one step does to the work table. */
export function stepStatements(step: FinalizeStep, index: number, ctx: ProgramContext): Statement[] {
  const { program, tables, work, linked } = ctx;
  const table = tableName(work);
  const staging = tableName(tables.rows);
  const columns = columnList(program.columns);
  const key = (names: readonly string[], from: TableRef): string => keyAmong(names, keyColumns(ctx), from);
  const insert = (where: string, tally: Tally): Statement => ({
    sql: `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${staging}${where}`,
    tally,
  });
  const add: Add = (tally) =>
    linked && !ctx.design.replicated
      ? { sql: `ALTER TABLE ${table} ATTACH PARTITION ALL FROM ${staging}`, tally }
      : insert('', tally);
  switch (step.op) {
    case 'replace_all':
      return [
        ...(index === 0 ? [] : [{ sql: `TRUNCATE TABLE ${table} SYNC`, tally: 'deleted' as const }]),
        linked && index === 0 ? linkInto(ctx, tables.rows, 'inserted') : add('inserted'),
      ];
    case 'append':
      if (step.unlessKey === undefined) return [add('inserted')];
      return [insert(` WHERE NOT (${key(step.unlessKey, work)})`, 'inserted')];
    case 'merge':
      return mergeStatements(step, ctx, add);
    case 'delete':
      return [{ sql: `DELETE FROM ${table} WHERE ifNull(${predicateSql(step.where)}, false)`, tally: 'deleted' }];
    case 'replace_partitions':
      return replacePartitions(step, ctx, add);
    case 'remove_absent': {
      const absent = `NOT (${key(step.key, tables.rows)})`;
      if (step.how === 'delete') return [{ sql: `DELETE FROM ${table} WHERE ${absent}`, tally: 'deleted' }];
      const marked = `isNull(\`__dpone__deleted_at\`) AND ${absent}`;
      const at = `toDateTime64(${text(sqlTime(program.load.startedAt))}, 6, 'UTC')`;
      return [
        {
          sql: `ALTER TABLE ${table} UPDATE \`__dpone__deleted_at\` = ${at} WHERE ${marked}`,
          tally: { marked: `SELECT count() FROM ${table} WHERE ${marked}` },
        },
      ];
    }
    case 'add_versions':
      return versionStatements(step, ctx);
    case 'apply_events':
      return eventStatements(step, ctx);
  }
}

/** Whether the table's partitions are the values of a column, so that whole ones can be replaced natively. */
const partitionedBy = (facts: TableFacts | null, column: string): boolean =>
  facts !== null && (facts.partitionKey === column || facts.partitionKey === ident(column));

function replacePartitions(
  step: FinalizeStep & { op: 'replace_partitions' },
  ctx: ProgramContext,
  add: Add,
): Statement[] {
  const { facts, tables, work, linked } = ctx;
  const own = partitionedBy(facts, step.column);
  if (own && linked && step.native !== 'never')
    return [
      {
        sql: `ALTER TABLE ${tableName(work)} REPLACE PARTITION ID ${PARTITION} FROM ${tableName(tables.rows)}`,
        tally: 'replaced',
        partitionsOf: tables.rows,
      },
    ];
  if (step.native === 'required')
    throw fail(
      'DPONE_CAPABILITY',
      own ? OTHER_COLUMNS : `the target's partitions are not the values of ${step.column}`,
      {
        where: 'sink.strategy.partition',
        remedy: own
          ? 'Set native partitions to auto: rows are then replaced by the values of the column.'
          : `Make the table PARTITION BY ${step.column}, or set native partitions to auto: rows are then replaced by the column's values.`,
      },
    );
  const key = keyAmong([step.column], keyColumns(ctx), tables.rows);
  return [{ sql: `DELETE FROM ${tableName(work)} WHERE ${key}`, tally: 'deleted' }, add('inserted')];
}

const OTHER_COLUMNS = 'partitions of staging do not fit: the load does not have exactly the columns of the target';
