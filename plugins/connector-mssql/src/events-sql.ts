import type { ApplyEventsStep, LoadProgram } from '@dpone/sdk';
import { cutSql, eventsOf, findTouches } from './event-touches-sql.js';
import { madeRows } from './event-rows-sql.js';
import { HELD, mergeStatements } from './merge-sql.js';
import { instant } from './meta-sql.js';
import { columnList, keysEqual, quoteName, tableName } from './sql.js';
import { plain, type ProgramContext, type Statement } from './program-context.js';
import { dropWork, makeWork, workTable } from './work-tables.js';

/** What the statements of one `apply_events` share. */
export interface EventSql {
  readonly step: ApplyEventsStep;
  readonly program: LoadProgram;
  readonly ctx: ProgramContext;
  readonly target: string;
  /** Staged events with a number each. */
  readonly events: string;
  /** What each event does to a key: puts a row there (`u`) or takes it away (`d`). */
  readonly touches: string;
  /** Of each key the last of both. */
  readonly lasts: string;
  /** Columns that an event left as they were, one a row. */
  readonly left: string;
  /** From which event or row each event goes on. */
  readonly links: string;
  /** Where the values are that an event left as they were. */
  readonly found: string;
  /** The rows as they will be. */
  readonly rows: string;
}

/**
 * Events become the table that they tell of. Which event of a key counts, and what its row is, is worked out before the
 * target changes; then rows go, and come or change. What was read of the target is locked until the commit.
 */
export function eventStatements(step: ApplyEventsStep, program: LoadProgram, ctx: ProgramContext): Statement[] {
  const table = (what: string): string => workTable(ctx, what);
  const sql: EventSql = {
    step,
    program,
    ctx,
    target: tableName(program.load.target),
    events: table('events'),
    touches: table('touches'),
    lasts: table('lasts'),
    left: table('left'),
    links: table('links'),
    found: table('found'),
    rows: table('made'),
  };
  const { events, touches, lasts, left, links, found, rows } = sql;
  const key = columnList(step.key);
  const partly = step.envelope.unchanged !== undefined;
  return [
    ...eventsOf(sql),
    makeWork(touches, '*', `(${findTouches(sql)}) AS f`),
    plain(`CREATE INDEX [by_key] ON ${touches} (${key}, [__dpone__order])`),
    makeWork(
      lasts,
      `${key}, MAX(CASE WHEN [__dpone__kind] = 'u' THEN [__dpone__order] END) AS [__dpone__up], ` +
        `MAX(CASE WHEN [__dpone__kind] = 'd' THEN [__dpone__order] END) AS [__dpone__away]`,
      `${touches} GROUP BY ${key}`,
    ),
    ...madeRows(sql),
    ...(step.deletes === 'apply' ? removals(sql) : []),
    ...mergeStatements({ op: 'merge', key: step.key, by: 'upsert' }, program, {
      ...ctx,
      names: { ...ctx.names, rows },
    }),
    ...(step.deletes === 'mark' ? marks(sql) : []),
    dropWork(events, touches, lasts, ...(partly ? [left, links, found] : []), rows),
  ];
}

/** A row that an earlier event wrote, or none did. */
const before = ({ seq }: ApplyEventsStep, order: string): string =>
  `(t.${quoteName(seq)} IS NULL OR t.${quoteName(seq)} < ${order})`;

/** Rows of keys that no event names, where one empties the table. */
const others = (sql: EventSql): string =>
  `FROM ${sql.target} AS t${HELD} CROSS JOIN (${cutSql(sql)}) AS c WHERE ${before(sql.step, 'c.[__dpone__order]')} ` +
  `AND NOT EXISTS (SELECT 1 FROM ${sql.touches} AS p WHERE ${keysEqual('t', 'p', sql.step.key)})`;

function removals(sql: EventSql): Statement[] {
  const { step, target, lasts } = sql;
  return [
    {
      sql:
        `DELETE t FROM ${target} AS t${HELD} INNER JOIN ${lasts} AS l ON ${keysEqual('t', 'l', step.key)} ` +
        'WHERE l.[__dpone__away] IS NOT NULL AND (l.[__dpone__up] IS NULL OR l.[__dpone__away] > l.[__dpone__up])',
      tally: 'deleted',
    },
    ...(step.envelope.truncates.length === 0 ? [] : [{ sql: `DELETE t ${others(sql)}`, tally: 'deleted' as const }]),
  ];
}

/** After the rows came: a row that an event wrote and a later one took away is there, and marked. */
function marks(sql: EventSql): Statement[] {
  const { step, program, target, lasts } = sql;
  const set = (order: string): string =>
    `UPDATE t SET [__dpone__deleted_at] = ${instant(program.load.startedAt)}, ${quoteName(step.seq)} = ${order}`;
  // Rows that are marked already count as deleted no second time.
  const marking = (update: string): Statement[] => [
    plain(`${update} AND t.[__dpone__deleted_at] IS NOT NULL`),
    { sql: `${update} AND t.[__dpone__deleted_at] IS NULL`, tally: 'deleted' },
  ];
  return [
    ...marking(
      `${set('l.[__dpone__away]')} FROM ${target} AS t${HELD} INNER JOIN ${lasts} AS l ON ${keysEqual('t', 'l', step.key)} ` +
        `WHERE l.[__dpone__away] IS NOT NULL AND ${before(step, 'l.[__dpone__away]')}`,
    ),
    ...(step.envelope.truncates.length === 0 ? [] : marking(`${set('c.[__dpone__order]')} ${others(sql)}`)),
  ];
}
