import { quoteIdent, quoteLiteral, type AddVersionsStep, type LoadProgram } from '@dpone/sdk';
import { historyStatements } from './history-sql.js';
import { differs } from './same-sql.js';
import { columnList, keysMatch, sqlType, tableName } from './sql.js';
import { dropWork, insertInto, makeWork, workTable, type Statement } from './statement.js';
import { versionValues } from './version-values.js';

/** Staged rows become versions of their keys. */
export function versionStatements(step: AddVersionsStep, program: LoadProgram, staging: string): Statement[] {
  const added = step.effective === null ? sinceNow(step, program, staging) : historyStatements(step, program, staging);
  return step.absent === 'keep' ? added : [...added, endAbsent(step, program, staging)];
}

/** Without a time of their own: one join finds the staged rows that are no current version, and the ones they follow. */
function sinceNow(step: AddVersionsStep, program: LoadProgram, staging: string): Statement[] {
  const table = tableName(program.load.target);
  const fresh = workTable('versions');
  const now = loadTime(step, program);
  const [to, current] = [step.to, step.current].map(quoteIdent);
  const key = columnList(step.key);
  const columns = [...new Set([...step.key, ...step.compare, step.from])];
  const ended = `SELECT ${key}, max(${to}) AS last FROM ${table} WHERE ${to} >= ${now} GROUP BY ${key}`;
  const held = `SELECT rowid AS tid, ${columnList(columns)} FROM ${table} WHERE ${current}`;
  const since = `CASE WHEN t.tid IS NOT NULL THEN ${endOf('t', step, now)} ELSE coalesce(${later('e.last')}, ${now}) END`;
  return [
    makeWork(
      fresh,
      `SELECT s.rowid AS src, t.tid, ${since} AS since FROM ${staging} AS s LEFT JOIN (${held}) AS t ON ${keysMatch('t', 's', step.key)} ` +
        `LEFT JOIN (${ended}) AS e ON ${keysMatch('e', 's', step.key)} ` +
        `WHERE t.tid IS NULL OR ${differs('t', 's', step.compare, program.columns)}`,
    ),
    {
      sql: `UPDATE ${table} AS t SET ${to} = f.since, ${current} = false FROM ${fresh} AS f WHERE t.rowid = f.tid`,
      tally: 'updated',
    },
    {
      sql:
        `${insertInto(program)} SELECT ${versionValues(step, program, { from: 'f.since', to: 'NULL', current: 'true' })} ` +
        `FROM ${fresh} AS f JOIN ${staging} AS s ON s.rowid = f.src`,
      tally: 'inserted',
    },
    ...dropWork(fresh),
  ];
}

/** Current versions of keys that staging lacks end. */
function endAbsent(step: AddVersionsStep, program: LoadProgram, staging: string): Statement {
  const [to, current] = [step.to, step.current].map(quoteIdent);
  return {
    sql:
      `UPDATE ${tableName(program.load.target)} AS t SET ${to} = ${endOf('t', step, loadTime(step, program))}, ${current} = false ` +
      `WHERE t.${current} AND NOT EXISTS (SELECT 1 FROM ${staging} AS s WHERE ${keysMatch('t', 's', step.key)})`,
    tally: 'updated',
  };
}

const loadTime = (step: AddVersionsStep, program: LoadProgram): string =>
  `CAST(${quoteLiteral(program.load.startedAt)} AS ${sqlType(program.columns.find((c) => c.name === step.from)!)})`;

const later = (time: string): string => `${time} + INTERVAL 1 MICROSECOND`;

/** The load's time, or the first after the version began: no version is empty or ends before it begins. */
const endOf = (alias: string, { from }: AddVersionsStep, now: string): string =>
  `greatest(${now}, ${later(`${alias}.${quoteIdent(from)}`)})`;
