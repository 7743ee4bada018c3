import type { ApplyEventsStep } from '@dpone/sdk';
import { AS, createMade, insertMade, keyColumns, MADE, takeMade, takeMarked } from './made-sql.js';
import { effectsOf, eventsOf, GONE, IN, KEY, ORDER, truncates } from './effects-sql.js';
import { keyAmong } from './keys-sql.js';
import { canStay, chainOf, gatheredRows } from './gathered-sql.js';
import { sqlTime } from './meta-sql.js';
import { plain, type ProgramContext, type Statement } from './program-context.js';
import { columnList, ident, tableName, text } from './sql.js';
import { dropOnCluster } from './staging-sql.js';
import { emptyValue, sameText, workColumns, type WorkColumn } from './work-columns.js';

const DELETED_AT = '__dpone__deleted_at';

/**
 * What the events of staging make of the work table: the last of a key's events that its row has not seen says whether
 * the key is there, and what its row is. Three tables on the way to that: the events, what each does to which keys, and
 * the rows that come of it.
 */
export function eventStatements(step: ApplyEventsStep, ctx: ProgramContext): Statement[] {
  const { tables, design } = ctx;
  const names = workColumns(ctx).map((c) => c.name);
  const made = (name: 'events' | 'effects' | 'chain', select: string): Statement[] =>
    [
      ...dropOnCluster({ ...design, cluster: undefined }, tables[name]),
      `CREATE TABLE ${tableName(tables[name])} ENGINE = MergeTree ORDER BY tuple() AS ${select}`,
    ].map(plain);
  const keys = columnList(step.key);
  const old = step.key.map((_, i) => ident(`${IN.old}${i}`)).join(', ');
  const events = tableName(tables.events);
  return [
    ...createMade(ctx),
    ...made('events', eventsOf(step, ctx)),
    insertMade(
      ctx,
      step.key,
      `SELECT *, ${AS.asked} FROM (SELECT ${keys} FROM ${events} UNION DISTINCT SELECT ${old} FROM ${events})`,
    ),
    ...made('effects', effectsOf(step, ctx)),
    ...(step.envelope.unchanged === undefined ? [] : made('chain', chainOf(step, ctx, lasts(ctx)))),
    insertMade(ctx, names, writtenRows(step, ctx)),
    ...(step.deletes === 'ignore'
      ? []
      : [insertMade(ctx, names, goneRows(step, ctx)), insertMade(ctx, names, emptiedRows(step, ctx))]),
    ...(step.deletes === 'mark' ? takeMarked(ctx, step.key, DELETED_AT) : takeMade(ctx, step.key)),
  ];
}

/** Of each key the last event with a row, and the last that takes it away. */
const lasts = ({ tables }: ProgramContext): string =>
  `(SELECT ${KEY} AS k, maxOrNullIf(${ORDER}, ${GONE} = 0) AS up, maxOrNullIf(${ORDER}, ${GONE} > 0) AS away, ` +
  `max(${IN.run}) AS run FROM ${tableName(tables.effects)} GROUP BY ${KEY})`;

const target = (step: ApplyEventsStep, ctx: ProgramContext): string => {
  const columns = workColumns(ctx);
  const asked = keyAmong(step.key, keyColumns(ctx), ctx.tables.made, ` WHERE ${MADE} = ${AS.asked}`);
  return `(SELECT ${columnList(columns.map((c) => c.name))}, ${sameText(step.key, columns)} AS ${KEY} FROM ${tableName(ctx.work)} WHERE ${asked})`;
};

const loadedAt = ({ program }: ProgramContext): string =>
  `toDateTime64(${text(sqlTime(program.load.startedAt))}, 6, 'UTC')`;

/** Rows as their last events have them. */
function writtenRows(step: ApplyEventsStep, ctx: ProgramContext): string {
  const columns = workColumns(ctx);
  const marks = step.deletes === 'mark';
  const away = 'ifNull(__l.away > __l.up, false)';
  const value = (c: WorkColumn): string => {
    if (c.name === step.seq) return `CAST(${marks ? `if(${away}, __l.away, __l.up)` : '__l.up'} AS ${c.type})`;
    const own = valueOf(c, step);
    return marks && c.name === DELETED_AT ? `if(${away}, ${loadedAt(ctx)}, ${own})` : own;
  };
  const from =
    `FROM ${lasts(ctx)} AS __l INNER JOIN ${tableName(ctx.tables.events)} AS __e ON __e.${KEY} = __l.k AND __e.${ORDER} = __l.up AND __e.${GONE} = 0 ` +
    (step.envelope.unchanged === undefined
      ? `LEFT JOIN ${target(step, ctx)} AS __t ON __t.${KEY} = __l.k`
      : `INNER JOIN ${gatheredRows(step, ctx)} AS __g ON __g.f = __l.k LEFT JOIN ${target(step, ctx)} AS __t ON __t.${KEY} = __g.root`);
  return (
    `SELECT ${columns.map((c) => `${value(c)} AS ${ident(c.name)}`).join(', ')}, ${AS.written} ${from}` +
    (step.deletes === 'apply' ? ` WHERE NOT ${away}` : '')
  );
}

function valueOf(c: WorkColumn, step: ApplyEventsStep): string {
  const typed = (sql: string): string => `CAST(${sql} AS ${c.type})`;
  const name = ident(c.name);
  if (!c.staged) return `if(isNull(__t.${KEY}), ${emptyValue(c)}, ${typed(`__t.${name}`)})`;
  if (step.envelope.unchanged === undefined || !canStay(c.name, step)) return typed(`__e.${name}`);
  const left = `has(__e.${IN.left}, ${text(c.name)})`;
  return typed(
    `if(NOT ${left}, __e.${name}, if(tupleElement(__g.${name}, 1) > 0, tupleElement(__g.${name}, 2).1, __t.${name}))`,
  );
}

/** Rows of the target whose key went last; marked where they stay. */
function goneRows(step: ApplyEventsStep, ctx: ProgramContext): string {
  const apply = step.deletes === 'apply';
  const which = apply ? '(isNull(__l.up) OR __l.away > __l.up)' : 'isNull(__l.up)';
  return (
    `SELECT ${marked(step, ctx, '__l.away')}, ${leaves(step)} FROM ${target(step, ctx)} AS __t ` +
    `INNER JOIN ${lasts(ctx)} AS __l ON __l.k = __t.${KEY} WHERE isNotNull(__l.away) AND ${which}`
  );
}

/** Rows of the target that no event names, where one empties the table. */
function emptiedRows(step: ApplyEventsStep, ctx: ProgramContext): string {
  const at = `(SELECT maxOrNull(${ident(step.envelope.order)}) FROM ${truncates(step, ctx)})`;
  const asked = keyAmong(step.key, keyColumns(ctx), ctx.tables.made, ` WHERE ${MADE} = ${AS.asked}`);
  return (
    `SELECT ${marked(step, ctx, at)}, ${leaves(step)} FROM ${tableName(ctx.work)} AS __t ` +
    `WHERE isNotNull(${at}) AND ifNull(__t.${ident(step.seq)} < ${at}, true) AND NOT (${asked})`
  );
}

/** What a row of the target is for that no event wrote and one took away. */
const leaves = ({ deletes }: ApplyEventsStep): string =>
  deletes === 'apply' ? String(AS.gone) : `if(isNull(__t.${ident(DELETED_AT)}), ${AS.marked}, ${AS.remarked})`;

function marked(step: ApplyEventsStep, ctx: ProgramContext, order: string): string {
  const value = (c: WorkColumn): string => {
    if (step.deletes === 'mark' && c.name === step.seq) return `CAST(${order} AS ${c.type})`;
    if (step.deletes === 'mark' && c.name === DELETED_AT) return loadedAt(ctx);
    return `__t.${ident(c.name)}`;
  };
  return workColumns(ctx)
    .map((c) => `${value(c)} AS ${ident(c.name)}`)
    .join(', ');
}
