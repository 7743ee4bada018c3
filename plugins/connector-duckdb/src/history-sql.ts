import { quoteIdent, type AddVersionsStep, type LoadProgram } from '@dpone/sdk';
import { distinct } from './same-sql.js';
import { keysMatch, sqlType, tableName } from './sql.js';
import { dropWork, insertInto, makeWork, workTable, type Statement } from './statement.js';
import { versionValues } from './version-values.js';

/**
 * The history of each staged key, from its versions and its staged rows together: what held since when is put in order,
 * what equals the entry before it is left out, and every version ends where the next entry begins. Only what that
 * changes is written.
 */
export function historyStatements(step: AddVersionsStep, program: LoadProgram, staging: string): Statement[] {
  const table = tableName(program.load.target);
  const work = workTable('history');
  const [to, current] = [step.to, step.current].map(quoteIdent);
  return [
    makeWork(work, rebuilt(step, program, staging)),
    { sql: `DELETE FROM ${table} AS t USING ${work} AS w WHERE NOT w.turn AND t.rowid = w.tid`, tally: 'deleted' },
    {
      sql: `UPDATE ${table} AS t SET ${to} = w.until, ${current} = (w.until IS NULL) FROM ${work} AS w WHERE w.turn AND t.rowid = w.tid`,
      tally: 'updated',
    },
    {
      sql:
        `${insertInto(program)} SELECT ${versionValues(step, program, { from: 'w.since', to: 'w.until', current: 'w.until IS NULL' })} ` +
        `FROM ${work} AS w JOIN ${staging} AS s ON s.rowid = w.src`,
      tally: 'inserted',
    },
    ...dropWork(work),
  ];
}

/**
 * What becomes of each version of a staged key (`tid`), and which staged rows (`src`) become versions. Columns are
 * renamed (`k0`, `v0`), so that none is called as one of these.
 */
function rebuilt(step: AddVersionsStep, program: LoadProgram, staging: string): string {
  const [from, to, current] = [step.from, step.to, step.current].map(quoteIdent);
  const keys = step.key.map((_, i) => `k${i}`);
  const compared = program.columns.filter((c) => step.compare.includes(c.name));
  const values = compared.map((_, i) => `v${i}`);
  const own = (alias: string): string =>
    [
      ...step.key.map((k, i) => `${alias}.${quoteIdent(k)} AS k${i}`),
      ...compared.map((c, i) => `${alias}.${quoteIdent(c.name)} AS v${i}`),
    ].join(', ');
  const at = `CAST(s.${quoteIdent(step.effective!)} AS ${sqlType(program.columns.find((c) => c.name === step.from)!)})`;
  const list = [...keys, ...values].join(', ');
  const partition = keys.join(', ');
  const was = values.map((v, i) => `, lag(${v}) OVER before AS w${i}`).join('');
  const other = compared.map((c, i) => ` OR ${distinct(c.type, `v${i}`, `w${i}`)}`).join('');
  const equal = compared.map((c, i) => ` AND NOT (${distinct(c.type, `h.v${i}`, `f.v${i}`)})`).join('');
  return (
    `WITH held AS (SELECT ${own('t')}, t.${from} AS since, t.${to} AS ended, t.${current} AS last, t.rowid AS tid ` +
    `FROM ${tableName(program.load.target)} AS t WHERE EXISTS (SELECT 1 FROM ${staging} AS s WHERE ${keysMatch('t', 's', step.key)})), ` +
    `fresh AS (SELECT ${own('s')}, ${at} AS since, s.rowid AS src FROM ${staging} AS s), ` +
    // At one time a staged row counts before a version, and a version before the end of another.
    `entries AS (SELECT ${list}, ended AS since, 0 AS rank, false AS there, NULL::BIGINT AS src, NULL::BIGINT AS tid, ended, last ` +
    'FROM held WHERE ended IS NOT NULL ' +
    `UNION ALL SELECT ${list}, since, 1, true, NULL, tid, ended, last FROM held ` +
    `UNION ALL SELECT ${list}, since, 2, true, src, NULL, NULL, NULL FROM fresh AS f ` +
    `WHERE NOT EXISTS (SELECT 1 FROM held AS h WHERE ${keysMatch('h', 'f', ['since', ...keys])}${equal})), ` +
    `ranked AS (SELECT *, lead(since) OVER (PARTITION BY ${partition} ORDER BY since, rank) IS DISTINCT FROM since AS top FROM entries), ` +
    `followed AS (SELECT *, lag(there) OVER before AS was_there${was} FROM ranked ` +
    `WINDOW before AS (PARTITION BY ${partition}, top ORDER BY since, rank)), ` +
    `turned AS (SELECT *, top AND CASE WHEN there THEN was_there IS NOT TRUE${other} ELSE coalesce(was_there, false) END AS turn FROM followed), ` +
    `timed AS (SELECT *, lead(since) OVER (PARTITION BY ${partition}, turn ORDER BY since) AS until FROM turned) ` +
    'SELECT since, until, turn, src, tid FROM timed WHERE (src IS NOT NULL AND turn) OR (tid IS NOT NULL ' +
    'AND (NOT turn OR ended IS DISTINCT FROM until OR last IS DISTINCT FROM (until IS NULL)))'
  );
}
