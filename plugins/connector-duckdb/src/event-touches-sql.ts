import { quoteIdent, quoteLiteral } from '@dpone/sdk';
import { touched, touchesOf } from '@dpone/sdk/connector';
import { TOUCHES, type EventSql } from './event-sql.js';
import { sqlType } from './sql.js';

const words = (list: readonly string[]): string => list.map(quoteLiteral).join(', ');

/** The last time that the table was emptied, as `ord`; NULL where it was not. */
export const cutSql = ({ step, staging }: EventSql): string =>
  `SELECT CAST(max(s.${quoteIdent(step.envelope.order)}) AS BIGINT) AS ord FROM ${staging} AS s ` +
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
  const kept = cuts ? ` WHERE cut.ord IS NULL OR ${seq} >= cut.ord` : '';
  const held =
    `SELECT t.rowid AS tid, ${seq} AS seq, ${key.map((k, i) => `t.${quoteIdent(k)} AS k${i}`).join(', ')} ` +
    `FROM ${target} AS t${cuts ? ' CROSS JOIN cut' : ''}${kept}`;
  const same = touched(key).map((k) => `t.${k} = a.${k}`);
  return (
    `WITH ${cuts ? `cut AS (${cutSql(sql)}), ` : ''}events AS (${eventsSql(sql)}), touches AS (${touchesOf(step)}) ` +
    `SELECT row_number() OVER () AS id, a.*, t.tid FROM touches AS a${cuts ? ' CROSS JOIN cut' : ''} ` +
    `LEFT JOIN (${held}) AS t ON ${same.join(' AND ')} ` +
    `WHERE (t.seq IS NULL OR t.seq < a.ord)${cuts ? ' AND (cut.ord IS NULL OR a.ord >= cut.ord)' : ''}`
  );
}

/** The events that have a key, their envelope read. */
function eventsSql({ step, program, staging }: EventSql): string {
  const { envelope, key } = step;
  const kind = `lower(s.${quoteIdent(envelope.operation)})`;
  const gone = `${kind} IN (${words(envelope.deletes)})`;
  const old = envelope.oldKey === undefined ? null : `s.${quoteIdent(envelope.oldKey)}`;
  const before = key.map((k) => {
    const own = `s.${quoteIdent(k)}`;
    if (old === null) return own;
    const member = quoteLiteral(`$."${k.replaceAll('"', '\\"')}"`);
    const value = `CAST(json_extract_string(${old}, ${member}) AS ${sqlType(program.columns.find((c) => c.name === k)!)})`;
    return `CASE WHEN ${gone} THEN ${own} ELSE coalesce(${value}, ${own}) END`;
  });
  const moved = key.map((k, i) => `${before[i]} IS DISTINCT FROM s.${quoteIdent(k)}`).join(' OR ');
  const columns = [
    's.rowid AS src',
    `CAST(s.${quoteIdent(envelope.order)} AS BIGINT) AS ord`,
    `${gone} AS gone`,
    ...key.map((k, i) => `s.${quoteIdent(k)} AS k${i}`),
    ...before.map((b, i) => `${b} AS o${i}`),
    ...(old === null ? [] : [`NOT gone AND (${moved}) AS moved`]),
    envelope.unchanged === undefined
      ? 'NULL::VARCHAR[] AS unchanged'
      : `from_json(s.${quoteIdent(envelope.unchanged)}, '["VARCHAR"]') AS unchanged`,
  ];
  const rest = envelope.truncates.length === 0 ? '' : ` WHERE ${kind} NOT IN (${words(envelope.truncates)})`;
  return `SELECT ${columns.join(', ')} FROM ${staging} AS s${rest}`;
}

/** The last touch of each key; where deletions only mark or do nothing, the last that put a row there. */
export function winnersSql({ step }: EventSql): string {
  const where = step.deletes === 'apply' ? '' : " WHERE kind = 'u'";
  // Of two with one number the row counts: an event may take the place of another's key.
  return (
    `SELECT * FROM ${TOUCHES}${where} QUALIFY row_number() OVER ` +
    `(PARTITION BY ${touched(step.key).join(', ')} ORDER BY ord DESC, kind DESC) = 1`
  );
}
