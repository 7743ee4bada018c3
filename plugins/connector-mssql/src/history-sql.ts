import type { AddVersionsStep, LoadProgram } from '@dpone/sdk';
import { versionValue } from '@dpone/sdk/connector';
import { HELD } from './merge-sql.js';
import { insertStaged, type ProgramContext, type Statement } from './program-context.js';
import { typeIn } from './same-sql.js';
import { columnList, keysEqual, quoteName, tableName } from './sql.js';
import { rowDigest } from './staging-sql.js';
import { dropWork, makeWork, workTable } from './work-tables.js';

/** What an entry of a history is; of one time the largest counts. */
const END = 0;
const VERSION = 1;
const STAGED = 2;

/**
 * The history of each staged key, from its versions and its staged rows together: what held since when is put in order,
 * what equals the entry before it is left out, and every version ends where the next entry begins. Only what that
 * changes is written.
 */
export function historyStatements(step: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): Statement[] {
  const table = tableName(program.load.target);
  const work = workTable(ctx, 'history');
  const [from, to, current] = [step.from, step.to, step.current].map(quoteName);
  const version = `INNER JOIN ${work} AS w ON ${keysEqual('t', 'w', step.key)} AND t.${from} = w.__dpone__at WHERE w.__dpone__what = ${VERSION}`;
  return [
    makeWork(work, '*', `(${rebuilt(step, program, ctx)}) AS h`),
    { sql: `DELETE t FROM ${table} AS t${HELD} ${version} AND w.__dpone__turn = 0`, tally: 'deleted' },
    {
      sql:
        `UPDATE t SET ${to} = w.__dpone__until, ${current} = CASE WHEN w.__dpone__until IS NULL THEN 1 ELSE 0 END FROM ${table} AS t${HELD} ${version} ` +
        `AND w.__dpone__turn = 1 AND COALESCE(w.__dpone__until, t.${from}) <> COALESCE(t.${to}, t.${from})`,
      tally: 'updated',
    },
    ...insertStaged(program, ctx, {
      value: (name) =>
        versionValue(
          name,
          step,
          'w.__dpone__at',
          'w.__dpone__until',
          'CASE WHEN w.__dpone__until IS NULL THEN 1 ELSE 0 END',
        ),
      where:
        ` INNER JOIN ${work} AS w ON ${keysEqual('s', 'w', step.key)} AND ${effective(step, program, ctx)} = w.__dpone__at ` +
        `WHERE w.__dpone__what = ${STAGED} AND w.__dpone__turn = 1`,
    }),
    dropWork(work),
  ];
}

/** Since when a staged row holds, in the type of versions. */
const effective = (step: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): string =>
  `CONVERT(${typeIn(step.from, program, ctx)}, s.${quoteName(step.effective!)})`;

/** Each entry of a history: its time, whether it says something new, and until when it holds then. */
function rebuilt(step: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): string {
  const table = tableName(program.load.target);
  const [from, to] = [step.from, step.to].map(quoteName);
  const key = columnList(step.key);
  const compared = step.compare.map((name) => program.columns.find((c) => c.name === name)!);
  const same = rowDigest(compared, (c) => typeIn(c.name, program, ctx));
  const of = (alias: string): string => step.key.map((k) => `${alias}.${quoteName(k)}`).join(', ');
  const versions = `SELECT *, ${same} AS __dpone__same FROM ${table}${HELD}`;
  const staged = `SELECT *, ${same} AS __dpone__same FROM ${ctx.names.rows}`;
  const held = `(${versions}) AS t WHERE EXISTS (SELECT 1 FROM ${ctx.names.rows} AS s WHERE ${keysEqual('t', 's', step.key)})`;
  const at = effective(step, program, ctx);
  // A staged row that is a version already is none.
  const known = `SELECT 1 FROM (${versions}) AS t WHERE ${keysEqual('t', 's', step.key)} AND t.${from} = ${at} AND t.__dpone__same = s.__dpone__same`;
  const entries = [
    `SELECT ${of('t')}, t.${to} AS __dpone__at, ${END} AS __dpone__what, t.__dpone__same AS __dpone__same FROM ${held} AND t.${to} IS NOT NULL`,
    `SELECT ${of('t')}, t.${from}, ${VERSION}, t.__dpone__same FROM ${held}`,
    `SELECT ${of('s')}, ${at}, ${STAGED}, s.__dpone__same FROM (${staged}) AS s WHERE NOT EXISTS (${known})`,
  ].join(' UNION ALL ');
  const order = `ORDER BY __dpone__at, __dpone__what`;
  const top =
    `SELECT *, CASE WHEN LEAD(__dpone__at) OVER (PARTITION BY ${key} ${order}) = __dpone__at THEN 0 ELSE 1 END AS __dpone__top ` +
    `FROM (${entries}) AS e`;
  const over = `OVER (PARTITION BY ${key}, __dpone__top ${order})`;
  const before = `SELECT *, LAG(__dpone__what) ${over} AS __dpone__before, LAG(__dpone__same) ${over} AS __dpone__was FROM (${top}) AS p`;
  const turn =
    `CASE WHEN __dpone__top = 0 THEN 0 WHEN __dpone__what = ${END} THEN CASE WHEN __dpone__before > ${END} THEN 1 ELSE 0 END ` +
    `WHEN __dpone__before > ${END} AND __dpone__was = __dpone__same THEN 0 ELSE 1 END`;
  return (
    `SELECT ${key}, __dpone__at, __dpone__what, __dpone__turn, LEAD(__dpone__at) OVER (PARTITION BY ${key}, __dpone__turn ${order}) AS __dpone__until ` +
    `FROM (SELECT *, ${turn} AS __dpone__turn FROM (${before}) AS b) AS u`
  );
}
