import type { ApplyEventsStep } from '@dpone/sdk';
import { AS, keyColumns, MADE } from './made-sql.js';
import { keyAmong } from './keys-sql.js';
import type { ProgramContext } from './program-context.js';
import { ident, tableName, text } from './sql.js';
import { withNull } from './types.js';
import { sameText, workColumn, workColumns } from './work-columns.js';

/** Columns of events and effects. */
export const IN = {
  /** The old key's columns, numbered. */
  old: '__dpone__old',
  /** The old key as one text; the key where the event did not change it. */
  from: '__dpone__from',
  /** Columns that the event leaves as they are. */
  left: '__dpone__left',
  /** Which of the key's runs an event is of: events one after the other, without a removal or a change of key between. */
  run: '__dpone__run',
  /** Whether a run begins here. */
  starts: '__dpone__starts',
} as const;
export const KEY = '__dpone__key';
export const ORDER = '__dpone__order';
/** 0: the key has a row; 1: it was removed; 2: its row went to another key. */
export const GONE = '__dpone__gone';

const words = (list: readonly string[]): string => list.map(text).join(', ');
const kind = ({ envelope }: ApplyEventsStep): string => `lower(__s.${ident(envelope.operation)})`;
const among = (value: string, list: readonly string[]): string =>
  list.length === 0 ? 'false' : `ifNull(${value} IN (${words(list)}), false)`;

/** Staged events that empty the table, as something to select from. */
export const truncates = (step: ApplyEventsStep, { tables }: ProgramContext): string =>
  `${tableName(tables.rows)} AS __s WHERE ${among(kind(step), step.envelope.truncates)}`;

/** The events of keys, each once. Only the key of an event without a row is what the target's types say. */
export function eventsOf(step: ApplyEventsStep, ctx: ProgramContext): string {
  const { envelope, key } = step;
  const columns = workColumns(ctx);
  const typed = columns
    .filter((c) => c.staged)
    .map((c) => {
      const type = key.includes(c.name) ? c.type : withNull(c.type, true);
      return `CAST(__s.${ident(c.name)} AS ${type}) AS ${ident(c.name)}`;
    });
  const old = key.map((name) => oldValue(name, step, ctx));
  const left =
    envelope.unchanged === undefined
      ? 'CAST([] AS Array(String))'
      : `JSONExtract(ifNull(__s.${ident(envelope.unchanged)}, '[]'), 'Array(String)')`;
  const inner =
    `SELECT ${[...typed, ...old.map((o, i) => `${o.value} AS ${ident(`${IN.old}${i}`)}`)].join(', ')}, ` +
    `CAST(__s.${ident(envelope.order)} AS Int64) AS ${ORDER}, toUInt8(${among(kind(step), envelope.deletes)}) AS ${GONE}, ${left} AS ${IN.left} ` +
    `FROM ${tableName(ctx.tables.rows)} AS __s WHERE NOT ${among(kind(step), envelope.truncates)}` +
    old.flatMap((o) => (o.refuses === undefined ? [] : [` AND throwIf(${o.refuses}) = 0`])).join('');
  const from = sameText(key, columns, (name) => ident(`${IN.old}${key.indexOf(name)}`));
  return (
    `SELECT *, ${sameText(key, columns)} AS ${KEY}, ${from} AS ${IN.from} FROM (${inner}) ` +
    `LIMIT 1 BY ${KEY}, ${IN.from}, ${ORDER}, ${GONE}`
  );
}

/** A column of the key before the event. What its JSON leaves out is as it is. */
function oldValue(
  name: string,
  { envelope }: ApplyEventsStep,
  ctx: ProgramContext,
): { value: string; refuses?: string } {
  const { type, kind: of } = workColumn(workColumns(ctx), name);
  const own = `CAST(__s.${ident(name)} AS ${type})`;
  if (envelope.oldKey === undefined) return { value: own };
  const json = `ifNull(__s.${ident(envelope.oldKey)}, '{}')`;
  const [at, has] = [`${json}, ${text(name)}`, `JSONHas(${json}, ${text(name)})`];
  const raw = `if(JSONType(${at}) = 'String', JSONExtractString(${at}), JSONExtractRaw(${at}))`;
  const plain = withNull(type, false);
  const parsed =
    of === 'timestamp'
      ? `accurateCastOrNull(parseDateTime64BestEffortOrNull(${raw}, 9, 'UTC'), ${text(plain)})`
      : `accurateCastOrNull(${raw}, ${text(plain)})`;
  return {
    value: `CAST(if(${has}, ${parsed}, ${own}) AS ${type})`,
    refuses: `${has} AND JSONType(${at}) <> 'Null' AND isNull(${parsed}), ${text(`column ${envelope.oldKey}: ${name} is no ${type} (dpone)`)}`,
  };
}

/** What events do to which keys, in their order: those that are past what wrote the target's row. */
export function effectsOf(step: ApplyEventsStep, ctx: ProgramContext): string {
  const { tables, work } = ctx;
  const columns = workColumns(ctx);
  const events = tableName(tables.events);
  const ignore = step.deletes === 'ignore';
  const asked = keyAmong(step.key, keyColumns(ctx), tables.made, ` WHERE ${MADE} = ${AS.asked}`);
  const keys = `SELECT DISTINCT ${sameText(step.key, columns)} AS ${KEY} FROM ${tableName(tables.made)} WHERE ${MADE} = ${AS.asked}`;
  const all = [
    `SELECT ${KEY}, ${ORDER}, ${GONE}, ${IN.from} FROM ${events}${ignore ? ` WHERE ${GONE} = 0` : ''}`,
    // A row that went to another key ends a run also where it is left behind.
    `SELECT ${IN.from}, ${ORDER}, toUInt8(2), ${IN.from} FROM ${events} WHERE ${GONE} = 0 AND ${IN.from} <> ${KEY}`,
    ...(ignore
      ? []
      : [
          `SELECT k.${KEY}, __t.o, toUInt8(1), k.${KEY} FROM (${keys}) AS k CROSS JOIN ` +
            `(SELECT DISTINCT CAST(__s.${ident(step.envelope.order)} AS Int64) AS o FROM ${truncates(step, ctx)}) AS __t`,
        ]),
  ].join(' UNION ALL ');
  const seen = `SELECT ${sameText(step.key, columns)} AS k, ${ident(step.seq)} AS seen FROM ${tableName(work)} WHERE ${asked}`;
  const past = `SELECT a.* FROM (${all}) AS a LEFT JOIN (${seen}) AS w ON w.k = a.${KEY} WHERE ifNull(a.${ORDER} > w.seen, true)`;
  const over = `OVER (PARTITION BY ${KEY} ORDER BY ${ORDER}, ${GONE} ROWS BETWEEN UNBOUNDED PRECEDING AND`;
  const before = `lagInFrame(${GONE}, 1, toUInt8(1)) ${over} UNBOUNDED FOLLOWING)`;
  const starts = `toUInt8(${GONE} = 0 AND (${before} > 0 OR ${IN.from} <> ${KEY}))`;
  return (
    `SELECT *, sum(${IN.starts}) ${over} CURRENT ROW) AS ${IN.run} ` +
    `FROM (SELECT *, ${starts} AS ${IN.starts} FROM (${past}))`
  );
}
