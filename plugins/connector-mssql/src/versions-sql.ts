import type { AddVersionsStep, LoadProgram } from '@dpone/sdk';
import { versionValue } from '@dpone/sdk/connector';
import { historyStatements } from './history-sql.js';
import { HELD } from './merge-sql.js';
import { instant } from './meta-sql.js';
import { insertStaged, writtenColumns, type ProgramContext, type Statement } from './program-context.js';
import { differs, typeIn } from './same-sql.js';
import { keysEqual, quoteName, tableName } from './sql.js';
import { dropWork, makeWork, workTable } from './work-tables.js';

/** Staged rows become versions of their keys. */
export function versionStatements(step: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): Statement[] {
  const added = step.effective === null ? sinceNow(step, program, ctx) : historyStatements(step, program, ctx);
  return step.absent === 'keep' ? added : [...added, endAbsent(step, program, ctx)];
}

const SINCE = '__dpone__since';

/**
 * Without a time of their own: which staged rows are new is found first, with the time since when; then the current
 * versions of their keys end and they are added. What was read is locked until the commit.
 */
function sinceNow(step: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): Statement[] {
  const table = tableName(program.load.target);
  const [from, to, current] = [step.from, step.to, step.current].map(quoteName);
  const work = workTable(ctx, 'versions');
  const match = keysEqual('t', 's', step.key);
  const last = `SELECT MAX(COALESCE(t.${to}, t.${from})) AS last FROM ${table} AS t${HELD} WHERE ${match}`;
  const same =
    `EXISTS (SELECT 1 FROM ${table} AS t${HELD} WHERE ${match} AND t.${current} = 1 ` +
    `AND NOT ${differs('t', 's', step.compare, program, ctx)})`;
  const columns = writtenColumns(program, ctx.facts).map((name) => `s.${quoteName(name)}`);
  return [
    makeWork(
      work,
      [...columns, `${later('l.last', step, program, ctx)} AS ${SINCE}`].join(', '),
      `${ctx.names.rows} AS s OUTER APPLY (${last}) AS l WHERE NOT ${same}`,
    ),
    {
      sql:
        `UPDATE t SET ${to} = w.${SINCE}, ${current} = 0 FROM ${table} AS t${HELD} ` +
        `INNER JOIN ${work} AS w ON ${keysEqual('t', 'w', step.key)} WHERE t.${current} = 1`,
      tally: 'updated',
    },
    ...insertStaged(
      program,
      { ...ctx, names: { ...ctx.names, rows: work } },
      { value: (name) => versionValue(name, step, `s.${SINCE}`, 'NULL', '1') },
    ),
    dropWork(work),
  ];
}

/** Current versions of keys that staging lacks end. */
function endAbsent(step: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): Statement {
  const [from, to, current] = [step.from, step.to, step.current].map(quoteName);
  return {
    sql:
      `UPDATE t SET ${to} = ${later(`t.${from}`, step, program, ctx)}, ${current} = 0 FROM ${tableName(program.load.target)} AS t${HELD} ` +
      `WHERE t.${current} = 1 AND NOT EXISTS (SELECT 1 FROM ${ctx.names.rows} AS s WHERE ${keysEqual('t', 's', step.key)})`,
    tally: 'updated',
  };
}

/** The load's time, or a microsecond after the last one of the key: no version is empty or ends before it begins. */
function later(last: string, { from }: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): string {
  const type = typeIn(from, program, ctx);
  const now = `CONVERT(${type}, ${instant(program.load.startedAt)})`;
  return `CASE WHEN ${last} >= ${now} THEN DATEADD(microsecond, 1, ${last}) ELSE ${now} END`;
}
