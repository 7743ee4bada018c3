import { quoteIdent } from '@dpone/sdk';
import { hasKey, touched, touchesOf } from '@dpone/sdk/connector';
import type { EventSql } from './event-sql.js';
import { textLiteral } from './sql.js';

const words = (list: readonly string[]): string => list.map(textLiteral).join(', ');

/** The last time that the table was emptied, as `ord`; NULL where it was not. */
export const cutSql = ({ step, ctx }: EventSql): string =>
  `SELECT max(s.${quoteIdent(step.envelope.order)})::bigint AS ord FROM ${ctx.names.rows} AS s ` +
  `WHERE lower(s.${quoteIdent(step.envelope.operation)}) IN (${words(step.envelope.truncates)})`;

/**
 * Each event as what it does to keys, without those that the target's row is past. An event that changed its key takes
 * the row of the old one away. Where deletions remove rows, nothing from before the table was emptied is left.
 */
export function touchesSql(sql: EventSql): string {
  const { step, target } = sql;
  const { envelope, key, deletes } = step;
  const seq = `t.${quoteIdent(step.seq)}`;
  const cuts = envelope.truncates.length > 0 && deletes === 'apply';
  const there = cuts ? ` AND (cut.ord IS NULL OR ${seq} >= cut.ord)` : '';
  return (
    `WITH ${cuts ? `cut AS (${cutSql(sql)}), ` : ''}events AS (${eventsSql(sql)}), touches AS (${touchesOf(step)}) ` +
    `SELECT a.*, t.ctid AS tid, t.tableoid AS part ` +
    `FROM touches AS a${cuts ? ' CROSS JOIN cut' : ''} LEFT JOIN ${target} AS t ON ${hasKey('t', key, 'a', touched(key))}${there} ` +
    `WHERE (${seq} IS NULL OR ${seq} < a.ord)${cuts ? ' AND (cut.ord IS NULL OR a.ord >= cut.ord)' : ''}`
  );
}

/** The events that have a key, their envelope read. */
function eventsSql({ step, program, ctx }: EventSql): string {
  const { envelope, key } = step;
  const kind = `lower(s.${quoteIdent(envelope.operation)})`;
  const gone = `${kind} IN (${words(envelope.deletes)})`;
  const old = envelope.oldKey === undefined ? null : `s.${quoteIdent(envelope.oldKey)}::jsonb`;
  const before = key.map((k) => {
    const own = `s.${quoteIdent(k)}`;
    if (old === null) return own;
    const type = ctx.typeOf(program.columns.find((c) => c.name === k)!);
    return `CASE WHEN ${gone} OR ${old} -> ${textLiteral(k)} IS NULL THEN ${own} ELSE (${old} ->> ${textLiteral(k)})::${type} END`;
  });
  const moved = key.map((k, i) => `${before[i]} IS DISTINCT FROM s.${quoteIdent(k)}`).join(' OR ');
  const unchanged = envelope.unchanged === undefined ? 'NULL' : `s.${quoteIdent(envelope.unchanged)}`;
  const columns = [
    's.ctid AS src',
    `s.${quoteIdent(envelope.order)}::bigint AS ord`,
    `${gone} AS gone`,
    ...key.map((k, i) => `s.${quoteIdent(k)} AS k${i}`),
    ...before.map((b, i) => `${b} AS o${i}`),
    ...(old === null ? [] : [`${moved} AS moved`]),
    `${unchanged}::jsonb AS unchanged`,
  ];
  const rest = envelope.truncates.length === 0 ? '' : ` WHERE ${kind} NOT IN (${words(envelope.truncates)})`;
  return `SELECT ${columns.join(', ')} FROM ${ctx.names.rows} AS s${rest}`;
}

/** The last touch of each key; where deletions only mark or do nothing, the last that put a row there. */
export function winnersSql({ step, touches }: EventSql): string {
  const keys = touched(step.key).join(', ');
  const where = step.deletes === 'apply' ? '' : " WHERE kind = 'u'";
  // Of two with one number the row counts: an event may take the place of another's key.
  return `SELECT DISTINCT ON (${keys}) * FROM ${touches}${where} ORDER BY ${keys}, ord DESC, kind DESC`;
}
