import { quoteIdent, type AddVersionsStep, type LoadProgram } from '@dpone/sdk';
import { versionValue } from '@dpone/sdk/connector';
import { insertInto, writtenColumns, type ProgramContext, type Statement } from './program-context.js';
import { exactly } from './same-sql.js';
import { keysEqual, tableName } from './sql.js';
import { dropWork, holdRows, makeWork, sameRow, workTable } from './work-tables.js';

/**
 * The history of each staged key, from its versions and its staged rows together: what held since when is put in order,
 * what equals the entry before it is left out, and every version ends where the next entry begins. Only what that
 * changes is written.
 */
export function historyStatements(step: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): Statement[] {
  const { names, facts } = ctx;
  const table = tableName(program.load.target);
  const work = workTable(names, 'history');
  const [to, current] = [step.to, step.current].map(quoteIdent);
  const columns = writtenColumns(program, facts);
  const values = columns.map(
    (name) => versionValue(name, step, 'w.at', 'w.until', 'w.until IS NULL') ?? `s.${quoteIdent(name)}`,
  );
  return [
    holdRows(table),
    makeWork(work, rebuilt(step, program, ctx)),
    { sql: `DELETE FROM ${table} AS t USING ${work} AS w WHERE NOT w.turn AND ${sameRow('t', 'w')}`, tally: 'deleted' },
    {
      sql:
        `UPDATE ${table} AS t SET ${to} = w.until, ${current} = (w.until IS NULL) FROM ${work} AS w ` +
        `WHERE w.turn AND ${sameRow('t', 'w')}`,
      tally: 'updated',
    },
    {
      sql: `${insertInto(program, facts)} SELECT ${values.join(', ')} FROM ${work} AS w JOIN ${names.rows} AS s ON s.ctid = w.src`,
      tally: 'inserted',
    },
    dropWork(work),
  ];
}

/**
 * What becomes of each version of a staged key (`tid`), and which staged rows (`src`) become versions. Columns are
 * renamed (`k0`, `v0`), so that none is called as one of these.
 */
function rebuilt(step: AddVersionsStep, program: LoadProgram, ctx: ProgramContext): string {
  const { names, typeOf } = ctx;
  const [from, to, current] = [step.from, step.to, step.current].map(quoteIdent);
  const keys = step.key.map((_, i) => `k${i}`);
  const compared = program.columns.filter((c) => step.compare.includes(c.name));
  const values = compared.map((_, i) => `v${i}`);
  const own = (alias: string): string =>
    [
      ...step.key.map((k, i) => `${alias}.${quoteIdent(k)} AS k${i}`),
      ...compared.map((c, i) => `${exactly(alias, c, ctx)} AS v${i}`),
    ].join(', ');
  const at = `CAST(s.${quoteIdent(step.effective!)} AS ${typeOf(program.columns.find((c) => c.name === step.from)!)})`;
  const list = [...keys, ...values].join(', ');
  const same = ['at', ...keys].map((c) => `h.${c} = f.${c}`);
  const equal = values.map((v) => `h.${v} IS NOT DISTINCT FROM f.${v}`);
  const other = values.map((v) => ` OR ${v} IS DISTINCT FROM lag(${v}) OVER before`).join('');
  const partition = keys.join(', ');
  return (
    // The versions, and the rows that are not versions already.
    `WITH held AS (SELECT ${own('t')}, t.${from} AS at, t.${to} AS ended, t.${current} AS last, t.ctid AS tid, t.tableoid AS part ` +
    `FROM ${tableName(program.load.target)} AS t WHERE EXISTS (SELECT FROM ${names.rows} AS s WHERE ${keysEqual('t', 's', step.key)})), ` +
    `fresh AS (SELECT ${own('s')}, ${at} AS at, s.ctid AS src FROM ${names.rows} AS s), ` +
    // At one time a staged row counts before a version, and a version before the end of another.
    `entries AS (SELECT ${list}, ended AS at, 0 AS rank, false AS there, NULL::tid AS src, NULL::tid AS tid, NULL::oid AS part, NULL AS ended, NULL AS last ` +
    'FROM held WHERE ended IS NOT NULL ' +
    `UNION ALL SELECT ${list}, at, 1, true, NULL, tid, part, ended, last FROM held ` +
    `UNION ALL SELECT ${list}, at, 2, true, src, NULL, NULL, NULL, NULL FROM fresh AS f ` +
    `WHERE NOT EXISTS (SELECT FROM held AS h WHERE ${[...same, ...equal].join(' AND ')})), ` +
    `ranked AS (SELECT *, lead(at) OVER (PARTITION BY ${partition} ORDER BY at, rank) IS DISTINCT FROM at AS top FROM entries), ` +
    'turned AS (SELECT *, top AND CASE WHEN there THEN lag(there) OVER before IS NOT TRUE' +
    `${other} ELSE coalesce(lag(there) OVER before, false) END AS turn ` +
    `FROM ranked WINDOW before AS (PARTITION BY ${partition}, top ORDER BY at, rank)), ` +
    `timed AS (SELECT *, lead(at) OVER (PARTITION BY ${partition}, turn ORDER BY at) AS until FROM turned) ` +
    'SELECT at, until, turn, src, tid, part FROM timed WHERE (src IS NOT NULL AND turn) OR (tid IS NOT NULL ' +
    'AND (NOT turn OR ended IS DISTINCT FROM until OR last IS DISTINCT FROM (until IS NULL)))'
  );
}
