import { quoteIdent } from '@dpone/sdk';
import { hasKey, touched, touchedBefore } from '@dpone/sdk/connector';
import { cutSql } from './event-touches-sql.js';
import type { EventSql } from './event-sql.js';
import { writtenColumns } from './program-context.js';
import { textLiteral } from './sql.js';
import { sameRow } from './work-tables.js';

/**
 * For each column that a counting event left as it was: which event (`source`) or row of the target (`tid`) has its
 * value. It goes back from touch to touch, through changes of the key too, until one has it.
 */
export function foundSql(sql: EventSql): string {
  const { step, target, touches, winners } = sql;
  const { key, deletes, envelope } = step;
  const [keys, olds] = [touched(key), touchedBefore(key)];
  const at = keys.map((k, i) => `p.${k} = w.${olds[i]}`).join(' AND ');
  const rowsAlone = deletes === 'apply' ? '' : " AND p.kind = 'u'";
  const previous = `SELECT p.* FROM ${touches} AS p WHERE ${at} AND p.ord < w.ord${rowsAlone} ORDER BY p.ord DESC, p.kind DESC LIMIT 1`;
  const state =
    "CASE WHEN p.kind IS NULL THEN 'target' WHEN p.kind = 'd' THEN 'gone' WHEN p.unchanged ? w.col THEN 'open' ELSE 'event' END";
  // What was there before the table was emptied is nobody's value.
  const seq = `t.${quoteIdent(step.seq)}`;
  const cut = `SELECT c.ord FROM (${cutSql(sql)}) AS c`;
  const survives =
    deletes === 'apply' && envelope.truncates.length > 0 ? ` AND ((${cut}) IS NULL OR ${seq} >= (${cut}))` : '';
  return (
    `WITH RECURSIVE walk AS (SELECT w.src, c.col, w.ord, ${olds.map((o) => `w.${o}`).join(', ')}, 'open' AS state, NULL::tid AS source ` +
    `FROM ${winners} AS w CROSS JOIN LATERAL jsonb_array_elements_text(w.unchanged) AS c (col) WHERE w.kind = 'u' ` +
    `UNION ALL SELECT w.src, w.col, p.ord, ${olds.map((o) => `coalesce(p.${o}, w.${o})`).join(', ')}, ${state}, p.src ` +
    `FROM walk AS w LEFT JOIN LATERAL (${previous}) AS p ON true WHERE w.state = 'open') ` +
    "SELECT w.src, w.col, CASE WHEN w.state = 'event' THEN w.source END AS source, t.ctid AS tid, t.tableoid AS part " +
    `FROM walk AS w LEFT JOIN ${target} AS t ON w.state = 'target' AND ${hasKey('t', key, 'w', olds)}${survives} WHERE w.state <> 'open'`
  );
}

/** The rows that the counting events put there, whole. */
export function eventRowsSql({ step, program, ctx, target, winners, found }: EventSql): string {
  const staging = ctx.names.rows;
  const data = (name: string): string => {
    const value = quoteIdent(name);
    if (step.envelope.unchanged === undefined || step.key.includes(name)) return `s.${value}`;
    const sources =
      `CASE WHEN f.source IS NOT NULL THEN (SELECT e.${value} FROM ${staging} AS e WHERE e.ctid = f.source) ` +
      `ELSE (SELECT t.${value} FROM ${target} AS t WHERE ${sameRow('t', 'f')}) END`;
    return (
      `CASE WHEN w.unchanged ? ${textLiteral(name)} THEN (SELECT ${sources} FROM ${found} AS f ` +
      `WHERE f.col = ${textLiteral(name)} AND f.src = w.src) ELSE s.${value} END AS ${value}`
    );
  };
  const columns = writtenColumns(program, ctx.facts).map((name) =>
    name === step.seq ? `w.ord AS ${quoteIdent(name)}` : data(name),
  );
  return `SELECT ${columns.join(', ')} FROM ${winners} AS w JOIN ${staging} AS s ON s.ctid = w.src WHERE w.kind = 'u'`;
}
