import { quoteIdent, type ApplyEventsStep, type LoadProgram } from '@dpone/sdk';
import { hasKey, touched } from '@dpone/sdk/connector';
import { cutSql, touchesSql, winnersSql } from './event-touches-sql.js';
import { eventRowsSql, foundSql } from './event-rows-sql.js';
import type { EventSql } from './event-sql.js';
import { mergeStatements } from './merge-sql.js';
import { plain, type ProgramContext, type Statement } from './program-context.js';
import { tableName, textLiteral } from './sql.js';
import { dropWork, holdRows, makeWork, sameRow, workTable } from './work-tables.js';

/**
 * Events become the table that they tell of. Which event of a key counts, and what its row is, is worked out before the
 * target is touched; then rows go, and come or change, in one statement each.
 */
export function eventStatements(step: ApplyEventsStep, program: LoadProgram, ctx: ProgramContext): Statement[] {
  const table = (what: string): string => workTable(ctx.names, what);
  const sql: EventSql = {
    step,
    program,
    ctx,
    target: tableName(program.load.target),
    touches: table('touches'),
    winners: table('winners'),
    found: table('found'),
    rows: table('rows'),
  };
  const partly = step.envelope.unchanged !== undefined;
  const { target, touches, winners, found, rows } = sql;
  return [
    holdRows(target),
    makeWork(touches, touchesSql(sql)),
    makeWork(winners, winnersSql(sql)),
    ...(partly
      ? [
          plain(`CREATE INDEX ON ${touches} (${touched(step.key).join(', ')}, ord)`),
          makeWork(found, foundSql(sql)),
          plain(`CREATE INDEX ON ${found} (src, col)`),
        ]
      : []),
    makeWork(rows, eventRowsSql(sql)),
    ...(step.deletes === 'apply' ? removals(sql) : []),
    ...mergeStatements({ op: 'merge', key: step.key, by: 'upsert' }, program, ctx, rows),
    ...(step.deletes === 'mark' ? marks(sql) : []),
    dropWork(touches, winners, ...(partly ? [found] : []), rows),
  ];
}

/** A row that an earlier event wrote, or none did. */
const before = (alias: string, { seq }: ApplyEventsStep, order: string): string =>
  `(${alias}.${quoteIdent(seq)} IS NULL OR ${alias}.${quoteIdent(seq)} < ${order})`;

function removals(sql: EventSql): Statement[] {
  const { step, target, winners } = sql;
  // A row that comes back is written over below, and counts as that.
  const back = `SELECT FROM ${winners} AS w WHERE w.kind = 'u' AND ${hasKey('t', step.key, 'w', touched(step.key))}`;
  const truncated: Statement = {
    sql: `DELETE FROM ${target} AS t USING (${cutSql(sql)}) AS cut WHERE ${before('t', step, 'cut.ord')} AND NOT EXISTS (${back})`,
    tally: 'deleted',
  };
  return [
    ...(step.envelope.truncates.length === 0 ? [] : [truncated]),
    {
      sql: `DELETE FROM ${target} AS t USING ${winners} AS w WHERE w.kind = 'd' AND ${sameRow('t', 'w')}`,
      tally: 'deleted',
    },
  ];
}

/** After the rows came: a row that an event wrote and a later one took away is there, and marked. */
function marks(sql: EventSql): Statement[] {
  const { step, program, target, touches } = sql;
  const set = (order: string): string =>
    `UPDATE ${target} AS t SET "__dpone__deleted_at" = ${textLiteral(program.load.startedAt)}::timestamptz, ${quoteIdent(step.seq)} = ${order}`;
  const keys = touched(step.key);
  const gone = `SELECT ${keys.join(', ')}, max(ord) AS ord FROM ${touches} WHERE kind = 'd' GROUP BY ${keys.join(', ')}`;
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
