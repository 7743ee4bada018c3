import type { EventSql } from './events-sql.js';
import { HELD } from './merge-sql.js';
import { plain, type Statement } from './program-context.js';
import { typeIn } from './same-sql.js';
import { keysEqual, quoteName, textLiteral } from './sql.js';
import { makeWork } from './work-tables.js';

const words = (list: readonly string[]): string => list.map(textLiteral).join(', ');

const among = ({ step }: EventSql, list: readonly string[]): string =>
  list.length === 0 ? '1 = 0' : `LOWER(s.${quoteName(step.envelope.operation)}) IN (${words(list)})`;

const orderOf = ({ step }: EventSql): string => `CONVERT(bigint, s.${quoteName(step.envelope.order)})`;

/** The last time that the table was emptied; no row where it was not. */
export const cutSql = (sql: EventSql): string =>
  `SELECT MAX(${orderOf(sql)}) AS [__dpone__order] FROM ${sql.ctx.names.rows} AS s WHERE ${among(sql, sql.step.envelope.truncates)} HAVING COUNT(*) > 0`;

/** Columns with the key before an event. */
export const oldKey = (i: number): string => quoteName(`__dpone__old${i}`);

/** Staged events that have a key, each once and with a number, their envelope read. */
export function eventsOf(sql: EventSql): Statement[] {
  const { step, program, ctx, events } = sql;
  const { envelope, key } = step;
  const gone = `CASE WHEN ${among(sql, envelope.deletes)} THEN 1 ELSE 0 END`;
  const before = key.map((name) => {
    const own = `s.${quoteName(name)}`;
    if (envelope.oldKey === undefined) return own;
    // What the old key leaves out is as it is.
    const path = textLiteral(`$.${JSON.stringify(name)}`);
    const old = `CONVERT(${typeIn(name, program, ctx)}, JSON_VALUE(s.${quoteName(envelope.oldKey)}, ${path}))`;
    return `CASE WHEN ${among(sql, envelope.deletes)} THEN ${own} ELSE COALESCE(${old}, ${own}) END`;
  });
  const read = [
    's.*',
    `${orderOf(sql)} AS [__dpone__order]`,
    `${gone} AS [__dpone__gone]`,
    ...before.map((value, i) => `${value} AS ${oldKey(i)}`),
  ].join(', ');
  const parts = [...key.map(quoteName), ...key.map((_, i) => oldKey(i)), '[__dpone__order]', '[__dpone__gone]'].join(
    ', ',
  );
  const number = 'ROW_NUMBER() OVER (ORDER BY [__dpone__order]) AS [__dpone__id]';
  return [
    makeWork(
      events,
      `e.*, ${number}`,
      `(SELECT r.*, ROW_NUMBER() OVER (PARTITION BY ${parts} ORDER BY [__dpone__order]) AS [__dpone__copy] ` +
        `FROM (SELECT ${read} FROM ${ctx.names.rows} AS s WHERE NOT (${among(sql, envelope.truncates)})) AS r) AS e WHERE e.[__dpone__copy] = 1`,
    ),
    plain(`CREATE UNIQUE INDEX [by_id] ON ${events} ([__dpone__id])`),
  ];
}

/**
 * Each event as what it does to keys, without those that the target's row is past. An event that changed its key takes
 * the row of the old one away, and what empties the table takes the row of every key away.
 */
export function findTouches(sql: EventSql): string {
  const { step, events, target, ctx } = sql;
  const { key, envelope, deletes } = step;
  const own = (alias: string): string => key.map((k) => `${alias}.${quoteName(k)}`).join(', ');
  const old = key.map((k, i) => `e.${oldKey(i)} AS ${quoteName(k)}`).join(', ');
  const moved = `EXISTS (SELECT ${own('e')} EXCEPT SELECT ${key.map((_, i) => `e.${oldKey(i)}`).join(', ')})`;
  const row = (kind: string, keys: string, id: string): string =>
    `SELECT ${id} AS [__dpone__id], '${kind}' AS [__dpone__kind], ${keys}, e.[__dpone__order] AS [__dpone__order] FROM ${events} AS e`;
  const every = `SELECT ${own('e')} FROM ${events} AS e UNION SELECT ${old} FROM ${events} AS e`;
  const cuts = `SELECT DISTINCT ${orderOf(sql)} AS [__dpone__order] FROM ${ctx.names.rows} AS s WHERE ${among(sql, envelope.truncates)}`;
  const touches = [
    `${row('u', own('e'), 'e.[__dpone__id]')} WHERE e.[__dpone__gone] = 0`,
    ...(deletes === 'ignore' ? [] : [`${row('d', own('e'), 'NULL')} WHERE e.[__dpone__gone] = 1`]),
    ...(deletes === 'ignore' || envelope.oldKey === undefined
      ? []
      : [`${row('d', old, 'NULL')} WHERE e.[__dpone__gone] = 0 AND ${moved}`]),
    ...(deletes === 'ignore' || envelope.truncates.length === 0
      ? []
      : [`SELECT NULL, 'd', ${own('k')}, c.[__dpone__order] FROM (${every}) AS k CROSS JOIN (${cuts}) AS c`]),
  ].join(' UNION ALL ');
  return (
    `SELECT a.* FROM (${touches}) AS a LEFT JOIN ${target} AS t${HELD} ON ${keysEqual('t', 'a', key)} ` +
    `WHERE t.${quoteName(step.seq)} IS NULL OR t.${quoteName(step.seq)} < a.[__dpone__order]`
  );
}
