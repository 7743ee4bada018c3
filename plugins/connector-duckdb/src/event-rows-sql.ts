import { quoteIdent, quoteLiteral } from '@dpone/sdk';
import { hasKey, touched, touchedBefore } from '@dpone/sdk/connector';
import { cutSql } from './event-touches-sql.js';
import { ROWS, TOUCHES, WINNERS, type EventSql } from './event-sql.js';
import { dropWork, makeWork, plain, workTable, type Statement } from './statement.js';

const STEPS = workTable('steps');
const FOUND = workTable('found');
const VALUES = workTable('values');

/**
 * The rows that the counting events put there, whole. A column that an event left as it was has the value of the touch of
 * the row before, or of the target's row; where that one left it too, of the one before that.
 */
export function eventRows(sql: EventSql): Statement[] {
  const { step, program, staging } = sql;
  const columns = program.columns.map(({ name }) =>
    name === step.seq ? `w.ord AS ${quoteIdent(name)}` : `s.${quoteIdent(name)}`,
  );
  const rows = `SELECT w.id AS "__dpone__id", ${columns.join(', ')} FROM ${WINNERS} AS w JOIN ${staging} AS s ON s.rowid = w.src WHERE w.kind = 'u'`;
  if (step.envelope.unchanged === undefined) return [makeWork(ROWS, rows)];
  const left = program.columns.map((c) => c.name).filter((name) => name !== step.seq && !step.key.includes(name));
  return [
    makeWork(STEPS, stepsSql(sql)),
    makeWork(FOUND, foundSql(sql)),
    makeWork(ROWS, rows),
    makeWork(VALUES, valuesSql(sql, left)),
    ...left.map((name) => fill(name)),
    ...dropWork(STEPS, FOUND, VALUES),
  ];
}

/** Each touch with the one that its row's key had before it (`previous`). */
function stepsSql({ step }: EventSql): string {
  const [keys, olds] = [touched(step.key), touchedBefore(step.key)];
  const rowsAlone = step.deletes === 'apply' ? '' : " WHERE kind = 'u'";
  const one =
    `SELECT id, ord, ${keys.join(', ')} FROM ${TOUCHES}${rowsAlone} ` +
    `QUALIFY row_number() OVER (PARTITION BY ${keys.join(', ')}, ord ORDER BY kind DESC) = 1`;
  return (
    `SELECT a.*, p.id AS previous FROM ${TOUCHES} AS a ASOF LEFT JOIN (${one}) AS p ` +
    `ON ${keys.map((k, i) => `p.${k} = a.${olds[i]}`).join(' AND ')} AND a.ord > p.ord`
  );
}

/** For each column that a counting event left as it was: which event (`source`) or row of the target (`tid`) has its value. */
function foundSql(sql: EventSql): string {
  const { step, target } = sql;
  const { key, deletes, envelope } = step;
  const olds = touchedBefore(key);
  const old = (alias: string): string => olds.map((o) => `${alias}.${o}`).join(', ');
  const state =
    "CASE WHEN p.kind = 'd' THEN 'gone' WHEN list_contains(p.unchanged, w.col) THEN CASE WHEN p.previous IS NULL THEN 'target' ELSE 'open' END ELSE 'event' END";
  const seq = `t.${quoteIdent(step.seq)}`;
  const cut = `SELECT c.ord FROM (${cutSql(sql)}) AS c`;
  // What was there before the table was emptied is nobody's value.
  const survives =
    deletes === 'apply' && envelope.truncates.length > 0 ? ` WHERE (${cut}) IS NULL OR ${seq} >= (${cut})` : '';
  return (
    `WITH RECURSIVE walk AS (SELECT a.id, unnest(a.unchanged) AS col, a.previous, ${old('a')}, ` +
    `CASE WHEN a.previous IS NULL THEN 'target' ELSE 'open' END AS state, NULL::BIGINT AS source ` +
    `FROM ${STEPS} AS a JOIN ${WINNERS} AS w ON w.id = a.id WHERE a.kind = 'u' AND len(a.unchanged) > 0 ` +
    `UNION ALL SELECT w.id, w.col, p.previous, ${old('p')}, ${state}, p.src FROM walk AS w JOIN ${STEPS} AS p ON p.id = w.previous ` +
    `WHERE w.state = 'open'), held AS (SELECT t.rowid AS tid, t.* FROM ${target} AS t${survives}) ` +
    "SELECT w.id, w.col, CASE WHEN w.state = 'event' THEN w.source END AS source, t.tid FROM walk AS w " +
    `LEFT JOIN held AS t ON w.state = 'target' AND ${hasKey('t', key, 'w', olds)} WHERE w.state <> 'open'`
  );
}

/** Those values, with the other columns of the rows that they are in. */
function valuesSql({ staging, target }: EventSql, columns: readonly string[]): string {
  const list = (alias: string): string => columns.map((name) => `, ${alias}.${quoteIdent(name)}`).join('');
  return (
    `SELECT f.id AS "__dpone__id", f.col AS "__dpone__col"${list('s')} FROM ${FOUND} AS f JOIN ${staging} AS s ON s.rowid = f.source ` +
    `UNION ALL SELECT f.id, f.col${list('t')} FROM ${FOUND} AS f JOIN ${target} AS t ON t.rowid = f.tid ` +
    `UNION ALL SELECT f.id, f.col${columns.map(() => ', NULL').join('')} FROM ${FOUND} AS f WHERE f.source IS NULL AND f.tid IS NULL`
  );
}

const fill = (name: string): Statement =>
  plain(
    `UPDATE ${ROWS} AS r SET ${quoteIdent(name)} = v.${quoteIdent(name)} FROM ${VALUES} AS v ` +
      `WHERE v."__dpone__col" = ${quoteLiteral(name)} AND v."__dpone__id" = r."__dpone__id"`,
  );
