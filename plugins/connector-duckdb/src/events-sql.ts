import { quoteIdent, quoteLiteral, type ApplyEventsStep, type LoadProgram } from '@dpone/sdk';
import { hasKey, touched } from '@dpone/sdk/connector';
import { eventRows } from './event-rows-sql.js';
import { ROWS, TOUCHES, WINNERS, type EventSql } from './event-sql.js';
import { cutSql, touchesSql, winnersSql } from './event-touches-sql.js';
import { mergeStatements } from './merge-sql.js';
import { tableName } from './sql.js';
import { dropWork, makeWork, plain, type Statement } from './statement.js';
import type { TableFacts } from './target.js';

/**
 * Events become the table that they tell of. Which event of a key counts, and what its row is, is worked out before the
 * target is touched; then rows go, and come or change, in one statement each.
 */
export function eventStatements(
  step: ApplyEventsStep,
  program: LoadProgram,
  staging: string,
  facts: TableFacts | null,
): Statement[] {
  const sql: EventSql = { step, program, staging, target: tableName(program.load.target) };
  return [
    makeWork(TOUCHES, touchesSql(sql)),
    makeWork(WINNERS, winnersSql(sql)),
    ...eventRows(sql),
    ...(step.deletes === 'apply' ? removals(sql) : []),
    ...mergeStatements({ op: 'merge', key: step.key, by: 'upsert' }, program, ROWS, facts),
    ...(step.deletes === 'mark' ? marks(sql) : []),
    ...dropWork(TOUCHES, WINNERS, ROWS),
  ];
}

/** A row that an earlier event wrote, or none did. */
const before = (alias: string, { seq }: ApplyEventsStep, order: string): string =>
  `(${alias}.${quoteIdent(seq)} IS NULL OR ${alias}.${quoteIdent(seq)} < ${order})`;

function removals(sql: EventSql): Statement[] {
  const { step, target } = sql;
  // A row that comes back is written over below, and counts as that.
  const back = `SELECT 1 FROM ${WINNERS} AS w WHERE w.kind = 'u' AND ${hasKey('t', step.key, 'w', touched(step.key))}`;
  const truncated: Statement = {
    sql: `DELETE FROM ${target} AS t USING (${cutSql(sql)}) AS cut WHERE ${before('t', step, 'cut.ord')} AND NOT EXISTS (${back})`,
    tally: 'deleted',
  };
  return [
    ...(step.envelope.truncates.length === 0 ? [] : [truncated]),
    {
      sql: `DELETE FROM ${target} AS t USING ${WINNERS} AS w WHERE w.kind = 'd' AND t.rowid = w.tid`,
      tally: 'deleted',
    },
  ];
}

/** After the rows came: a row that an event wrote and a later one took away is there, and marked. */
function marks(sql: EventSql): Statement[] {
  const { step, program, target } = sql;
  const set = (order: string): string =>
    `UPDATE ${target} AS t SET "__dpone__deleted_at" = CAST(${quoteLiteral(program.load.startedAt)} AS TIMESTAMPTZ), ${quoteIdent(step.seq)} = ${order}`;
  const keys = touched(step.key);
  const gone = `SELECT ${keys.join(', ')}, max(ord) AS ord FROM ${TOUCHES} WHERE kind = 'd' GROUP BY ALL`;
  // Rows that are marked already count as deleted no second time.
  const marking = (update: string): Statement[] => [
    plain(`${update} AND t."__dpone__deleted_at" IS NOT NULL`),
    { sql: `${update} AND t."__dpone__deleted_at" IS NULL`, tally: 'deleted' },
  ];
  const truncated = `${set('cut.ord')} FROM (${cutSql(sql)}) AS cut WHERE ${before('t', step, 'cut.ord')}`;
  return [
    ...marking(
      `${set('d.ord')} FROM (${gone}) AS d WHERE ${hasKey('t', step.key, 'd', keys)} AND ${before('t', step, 'd.ord')}`,
    ),
    ...(step.envelope.truncates.length === 0 ? [] : marking(truncated)),
  ];
}
