import { quoteIdent, type AddVersionsStep, type LoadProgram } from '@dpone/sdk';
import { versionValue } from '@dpone/sdk/connector';
import { historyStatements } from './history-sql.js';
import { insertInto, writtenColumns, type ProgramContext, type Statement } from './program-context.js';
import { differs } from './same-sql.js';
import { columnList, keysEqual, tableName, textLiteral } from './sql.js';

/** Staged rows become versions of their keys. */
export function versionStatements(step: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): Statement[] {
  const added = step.effective === null ? sinceNow(step, program, ctx) : historyStatements(step, program, ctx);
  return step.absent === 'keep' ? added : [...added, endAbsent(step, program, ctx)];
}

/**
 * Without a time of their own: keys without a current version get one, then the current versions that differ end and
 * their rows are added. Two statements, each of which finds the current version of a key once.
 */
function sinceNow(step: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): Statement[] {
  const { names, facts } = ctx;
  const table = tableName(program.load.target);
  const now = loadTime(step, program, ctx);
  const [to, current] = [step.to, step.current].map(quoteIdent);
  const columns = writtenColumns(program, facts);
  const values = (since: string): string =>
    columns.map((name) => versionValue(name, step, since, 'NULL', 'true') ?? `s.${quoteIdent(name)}`).join(', ');
  const match = keysEqual('t', 's', step.key);
  const ended = `SELECT ${columnList(step.key)}, max(${to}) AS last FROM ${table} WHERE ${to} >= ${now} GROUP BY ${columnList(step.key)}`;
  const closed =
    `UPDATE ${table} AS t SET ${to} = ${endOf('t', step, now)}, ${current} = false FROM ${names.rows} AS s ` +
    `WHERE ${match} AND t.${current} AND ${differs('t', 's', step.compare, program.columns, ctx)} ` +
    `RETURNING ${columns.map((c) => `s.${quoteIdent(c)}`).join(', ')}, t.${to} AS __dpone__since`;
  return [
    {
      sql:
        `${insertInto(program, facts)} SELECT ${values(`coalesce(e.last + interval '1 microsecond', ${now})`)} ` +
        `FROM ${names.rows} AS s LEFT JOIN (${ended}) AS e ON ${keysEqual('e', 's', step.key)} ` +
        `WHERE NOT EXISTS (SELECT FROM ${table} AS t WHERE ${match} AND t.${current})`,
      tally: 'inserted',
    },
    {
      sql: `WITH s (${columnList(columns)}, __dpone__since) AS (${closed}) ${insertInto(program, facts)} SELECT ${values('s.__dpone__since')} FROM s`,
      tally: 'succeeded',
    },
  ];
}

/** Current versions of keys that staging lacks end. */
function endAbsent(step: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): Statement {
  const [to, current] = [step.to, step.current].map(quoteIdent);
  return {
    sql:
      `UPDATE ${tableName(program.load.target)} AS t SET ${to} = ${endOf('t', step, loadTime(step, program, ctx))}, ` +
      `${current} = false WHERE t.${current} AND NOT EXISTS (SELECT FROM ${ctx.names.rows} AS s WHERE ${keysEqual('t', 's', step.key)})`,
    tally: 'updated',
  };
}

const loadTime = (step: AddVersionsStep, program: LoadProgram, { typeOf }: ProgramContext): string => {
  const column = program.columns.find((c) => c.name === step.from)!;
  return `CAST(${textLiteral(program.load.startedAt)} AS ${typeOf(column)})`;
};

/** The load's time, or the first after the version began: no version is empty or ends before it begins. */
const endOf = (alias: string, { from }: AddVersionsStep, now: string): string =>
  `greatest(${now}, ${alias}.${quoteIdent(from)} + interval '1 microsecond')`;
