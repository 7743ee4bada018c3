import type { AddVersionsStep } from '@dpone/sdk';
import { keyAmong } from './keys-sql.js';
import { AS, castStaged, createMade, insertMade, keyColumns, MADE, takeMade } from './made-sql.js';
import { sqlTime } from './meta-sql.js';
import type { ProgramContext, Statement } from './program-context.js';
import { columnList, ident, tableName, text } from './sql.js';
import { sameText, workColumns } from './work-columns.js';

const INSTANT = "DateTime64(6, 'UTC')";
/** Since when what a row says holds, while a history is put together. */
const AT = '__dpone__at';
/** Whether a row is a version, and not the end of one. */
const HOLDS = '__dpone__holds';
const KEY = '__dpone__key';
const SAME = '__dpone__same';
/** How many versions a key had, comes to, and keeps as they are. */
const [HAD, COMES_TO, KEEPS] = ['__dpone__had', '__dpone__comes_to', '__dpone__keeps'];
const WHOLE = 'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING';

/**
 * Histories of the keys that staging changes, put together anew: versions, their ends and staged rows in the order of
 * their times, of which those that say nothing new are left out. Each holds until the next one.
 */
export function versionStatements(step: AddVersionsStep, ctx: ProgramContext): Statement[] {
  const columns = workColumns(ctx);
  const names = columns.map((c) => c.name);
  return [
    ...createMade(ctx),
    insertMade(ctx, names, freshRows(step, ctx)),
    ...(step.absent === 'end' ? [insertMade(ctx, names, absentKeys(step, ctx))] : []),
    insertMade(ctx, names, histories(step, ctx)),
    ...takeMade(ctx, step.key),
  ];
}

/** Staged rows but those that say what the current version, or the one of the same time, says already. */
function freshRows(step: AddVersionsStep, ctx: ProgramContext): string {
  const columns = workColumns(ctx);
  const list = columnList([...columns.map((c) => c.name), MADE]);
  const staged = `SELECT ${castStaged(columns)}, ${AS.fresh} AS ${MADE} FROM ${tableName(ctx.tables.rows)} AS __s`;
  const same = [...step.key, ...step.compare];
  const [left, right] =
    step.effective === null
      ? [sameText(same, columns), `${sameText(same, columns)} FROM ${tableName(ctx.work)} WHERE ${ident(step.current)}`]
      : [
          `(toDateTime64(${ident(step.effective)}, 6, 'UTC'), ${sameText(same, columns)})`,
          `toDateTime64(${ident(step.from)}, 6, 'UTC'), ${sameText(same, columns)} FROM ${tableName(ctx.work)}`,
        ];
  return `SELECT ${list} FROM (${staged}) WHERE ${left} NOT IN (SELECT ${right})`;
}

/** Keys whose current version ends. */
function absentKeys(step: AddVersionsStep, ctx: ProgramContext): string {
  const list = columnList(workColumns(ctx).map((c) => c.name));
  const present = keyAmong(step.key, keyColumns(ctx), ctx.tables.rows);
  return `SELECT ${list}, ${AS.asked} AS ${MADE} FROM ${tableName(ctx.work)} WHERE ${ident(step.current)} AND NOT (${present})`;
}

function histories(step: AddVersionsStep, ctx: ProgramContext): string {
  const { program, tables, work } = ctx;
  const columns = workColumns(ctx);
  const [from, to] = [ident(step.from), ident(step.to)];
  const list = columnList(columns.map((c) => c.name));
  const asked = keyAmong(step.key, keyColumns(ctx), tables.made, ` WHERE ${MADE} IN (${AS.fresh}, ${AS.asked})`);
  const at = (value: string): string => `toDateTime64(toNullable(${value}), 6, 'UTC') AS ${AT}`;
  const versions = `FROM ${tableName(work)} WHERE ${asked}`;
  const fresh = `FROM ${tableName(tables.made)} WHERE ${MADE}`;
  // A staged row takes the place of a version, and a version that of an end, of the same time.
  const entries = [
    `SELECT ${list}, ${at(from)}, 1 AS ${HOLDS} ${versions}`,
    `SELECT ${list}, ${at(to)}, 0 AS ${HOLDS} ${versions} AND isNotNull(${to})`,
    `SELECT ${list}, ${step.effective === null ? at(`CAST(NULL AS Nullable(${INSTANT}))`) : at(ident(step.effective))}, 2 AS ${HOLDS} ${fresh} = ${AS.fresh}`,
    `SELECT ${list}, ${at(`CAST(NULL AS Nullable(${INSTANT}))`)}, 0 AS ${HOLDS} ${fresh} = ${AS.asked}`,
  ].join(' UNION ALL ');
  const loaded = `toDateTime64(${text(sqlTime(program.load.startedAt))}, 6, 'UTC')`;
  const last = `max(${AT}) OVER (PARTITION BY ${KEY})`;
  const timed =
    `SELECT ${list}, ${HOLDS}, ${KEY}, countIf(${HOLDS} = 1) OVER (PARTITION BY ${KEY}) AS ${HAD}, ifNull(${AT}, if(${last} >= ${loaded}, addMicroseconds(${last}, 1), ${loaded})) AS ${AT}_ ` +
    `FROM (SELECT *, ${sameText(step.key, columns)} AS ${KEY} FROM (${entries}))`;
  const one = `SELECT *, ${sameText(step.compare, columns)} AS ${SAME} FROM (${timed}) ORDER BY ${HOLDS} DESC LIMIT 1 BY ${KEY}, ${AT}_`;
  const beside = `OVER (PARTITION BY ${KEY} ORDER BY ${AT}_ ${WHOLE})`;
  const before = `SELECT *, lagInFrame(${HOLDS}) ${beside} AS ${HOLDS}_, lagInFrame(${SAME}) ${beside} AS ${SAME}_ FROM (${one})`;
  const turns = `SELECT * FROM (${before}) WHERE if(${HOLDS} = 0, ${HOLDS}_ > 0, ${HOLDS}_ = 0 OR ${SAME} <> ${SAME}_)`;
  const until = `SELECT *, leadInFrame(toNullable(${AT}_)) ${beside} AS ${AT}_to FROM (${turns})`;
  const ends = `isNull(${to}) = isNull(${AT}_to) AND ifNull(toDateTime64(${to}, 6, 'UTC') = ${AT}_to, true)`;
  const counted =
    `SELECT *, countIf(${HOLDS} > 0) OVER (PARTITION BY ${KEY}) AS ${COMES_TO}, ` +
    `countIf(${HOLDS} = 1 AND ${ends}) OVER (PARTITION BY ${KEY}) AS ${KEEPS} FROM (${until})`;
  const value = (name: string): string => {
    if (name === step.from) return `${AT}_`;
    if (name === step.to) return `${AT}_to`;
    return name === step.current ? `isNull(${AT}_to)` : ident(name);
  };
  return `SELECT ${columns.map((c) => value(c.name)).join(', ')}, ${AS.written} FROM (${counted}) WHERE ${HOLDS} > 0 AND NOT (${HAD} = ${COMES_TO} AND ${HAD} = ${KEEPS})`;
}
