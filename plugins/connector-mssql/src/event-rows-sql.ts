import type { EventSql } from './events-sql.js';
import { oldKey } from './event-touches-sql.js';
import { HELD } from './merge-sql.js';
import { plain, writtenColumns, type Statement } from './program-context.js';
import { typeIn } from './same-sql.js';
import { BINARY, keysEqual, quoteName, textLiteral } from './sql.js';
import { makeWork } from './work-tables.js';

/** The rows that the last events of keys put there, whole. */
export function madeRows(sql: EventSql): Statement[] {
  const { step, program, ctx, events, lasts, rows } = sql;
  const columns = writtenColumns(program, ctx.facts).map((name) => {
    if (name === step.seq) return `e.[__dpone__order] AS ${quoteName(name)}`;
    const own = `e.${quoteName(name)}`;
    const whole = step.envelope.unchanged === undefined || step.key.includes(name) || name.startsWith('__dpone__');
    if (whole) return own;
    return `${valueOf(name, sql)} AS ${quoteName(name)}`;
  });
  const apply =
    step.deletes === 'apply' ? ' WHERE l.[__dpone__away] IS NULL OR l.[__dpone__away] <= l.[__dpone__up]' : '';
  const made = makeWork(
    rows,
    columns.join(', '),
    `${lasts} AS l INNER JOIN ${events} AS e ON ${keysEqual('e', 'l', step.key)} ` +
      `AND e.[__dpone__order] = l.[__dpone__up] AND e.[__dpone__gone] = 0${apply}`,
  );
  return step.envelope.unchanged === undefined ? [made] : [...findValues(sql), made];
}

/** The event's own value, or the one of the event or row before it that it left as it was. */
function valueOf(name: string, { step, program, ctx, events, target, found }: EventSql): string {
  const value = quoteName(name);
  const type = typeIn(name, program, ctx);
  const at = `FROM ${found} AS f WHERE f.[__dpone__win] = e.[__dpone__id] AND f.[__dpone__column] = ${textLiteral(name)}`;
  const ofEvent = `SELECT CONVERT(${type}, v.${value}) FROM ${events} AS v WHERE v.[__dpone__id] = (SELECT f.[__dpone__from] ${at} AND f.[__dpone__state] = 'u')`;
  const keys = step.key.map((k, i) => `t.${quoteName(k)} = f.${oldKey(i)}`).join(' AND ');
  const ofRow = `SELECT t.${value} FROM ${found} AS f INNER JOIN ${target} AS t${HELD} ON ${keys} WHERE ${at.slice(at.indexOf('WHERE ') + 6)} AND f.[__dpone__state] = 't'`;
  return (
    `CASE WHEN EXISTS (SELECT 1 ${at} AND f.[__dpone__state] = 'u') THEN (${ofEvent}) ` +
    `WHEN EXISTS (SELECT 1 ${at}) THEN (${ofRow}) ELSE e.${value} END`
  );
}

/**
 * For each column that an event left as it was: which event (`u`) or row of the target (`t`) has its value, or that
 * nothing has (`n`). It goes back from event to event, through changes of the key too, until one has it.
 */
function findValues({ step, events, touches, lasts, left, links, found }: EventSql): Statement[] {
  const { key, deletes, envelope } = step;
  const olds = key.map((_, i) => oldKey(i));
  const at = key.map((k, i) => `p.${quoteName(k)} = e.${olds[i]}`).join(' AND ');
  // Where a removal leaves the row, an event goes on from it.
  const kept = deletes === 'apply' ? '' : " AND p.[__dpone__kind] = 'u'";
  const previous =
    `SELECT TOP (1) p.[__dpone__id] AS [__dpone__from], p.[__dpone__kind] AS [__dpone__kind] FROM ${touches} AS p ` +
    `WHERE ${at} AND p.[__dpone__order] < e.[__dpone__order]${kept} ORDER BY p.[__dpone__order] DESC, p.[__dpone__kind] DESC`;
  const state =
    "CASE WHEN p.[__dpone__kind] IS NULL THEN 't' WHEN p.[__dpone__kind] = 'd' THEN 'n' ELSE 'u' END AS [__dpone__state]";
  const list = (alias: string): string => olds.map((o) => `${alias}.${o}`).join(', ');
  const start =
    `SELECT f.[__dpone__id] AS [__dpone__win], f.[__dpone__column], k.[__dpone__state], k.[__dpone__from], ${list('k')} ` +
    `FROM ${left} AS f INNER JOIN ${links} AS k ON k.[__dpone__id] = f.[__dpone__id] INNER JOIN ${events} AS e ON e.[__dpone__id] = f.[__dpone__id] ` +
    `INNER JOIN ${lasts} AS l ON ${keysEqual('e', 'l', key)} AND e.[__dpone__order] = l.[__dpone__up]`;
  const on =
    `SELECT w.[__dpone__win], w.[__dpone__column], k.[__dpone__state], k.[__dpone__from], ${list('k')} FROM walk AS w ` +
    `INNER JOIN ${left} AS f ON f.[__dpone__id] = w.[__dpone__from] AND f.[__dpone__column] = w.[__dpone__column] ` +
    `INNER JOIN ${links} AS k ON k.[__dpone__id] = w.[__dpone__from] WHERE w.[__dpone__state] = 'u'`;
  return [
    makeWork(
      left,
      `e.[__dpone__id], CONVERT(nvarchar(128), j.[value]) COLLATE ${BINARY} AS [__dpone__column]`,
      `${events} AS e CROSS APPLY OPENJSON(e.${quoteName(envelope.unchanged!)}) AS j WHERE e.[__dpone__gone] = 0`,
    ),
    plain(`CREATE INDEX [by_id] ON ${left} ([__dpone__id])`),
    makeWork(
      links,
      `e.[__dpone__id], ${state}, p.[__dpone__from], ${list('e')}`,
      `${events} AS e INNER JOIN ${touches} AS o ON o.[__dpone__id] = e.[__dpone__id] OUTER APPLY (${previous}) AS p`,
    ),
    plain(`CREATE INDEX [by_id] ON ${links} ([__dpone__id])`),
    plain(
      `WITH walk AS (${start} UNION ALL ${on}) SELECT w.* INTO ${found} FROM walk AS w WHERE w.[__dpone__state] <> 'u' OR NOT EXISTS ` +
        `(SELECT 1 FROM ${left} AS f WHERE f.[__dpone__id] = w.[__dpone__from] AND f.[__dpone__column] = w.[__dpone__column]) OPTION (MAXRECURSION 0)`,
    ),
    plain(`CREATE INDEX [by_win] ON ${found} ([__dpone__win])`),
  ];
}
