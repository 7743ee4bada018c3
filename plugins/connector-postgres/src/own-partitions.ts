import { quoteIdent, type LoadProgram } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { StagingNames } from './names.js';
import { partitionsRefused } from './partitions-sql.js';
import type { OwnPartition } from './program-context.js';
import type { Row, Session } from './session.js';
import { tableLabel, textLiteral } from './sql.js';
import type { TableFacts } from './target.js';
import { dropWork, makeWork, workTable } from './work-tables.js';

/** Looks at the partitions that a load replaces; none where the target has no partitions of its own by that column. */
export async function ownPartitions(
  session: Session,
  { steps, load }: LoadProgram,
  facts: TableFacts | null,
  names: StagingNames,
  doing: Doing,
): Promise<OwnPartition[]> {
  const step = steps.find((one) => one.op === 'replace_partitions');
  if (step === undefined || step.native === 'never' || facts === null) return [];
  if (partitionsRefused(step.column, facts, tableLabel(load.target)) !== null) return [];
  const column = quoteIdent(step.column);
  const staged = workTable(names, 'values');
  const [, all] = await session.script(
    [makeWork(staged, `SELECT DISTINCT ${column} FROM ${names.rows}`).sql, partsOf(facts)],
    doing,
  );
  const named = await touched(session, all!, staged, doing);
  // By value first: a partition has few of them, however many rows.
  const held = (table: string, i: number): string =>
    `SELECT ${i} AS i, coalesce(sum(n), 0) AS "rows", coalesce(sum(n) FILTER (WHERE NOT EXISTS (SELECT FROM ${staged} AS s WHERE s.${column} = t.${column})), 0) AS others, ` +
    `${refusedSql(table)} AS refused FROM (SELECT ${column}, count(*) AS n FROM ${table} GROUP BY ${column}) AS t`;
  const looks =
    named.length === 0
      ? []
      : [
          `LOCK TABLE ${named.join(', ')} IN SHARE ROW EXCLUSIVE MODE`,
          `${named.map(held).join(' UNION ALL ')} ORDER BY i`,
        ];
  const [, rows = []] = await session.script([...looks, dropWork(staged).sql], doing);
  return named.map((table, i) => ({
    table,
    rows: Number(rows[i]!['rows']),
    others: Number(rows[i]!['others']),
    refused: rows[i]!['refused'] ?? null,
  }));
}

/**
 * Why a partition cannot be emptied as a whole, as a text of SQL that is NULL where it can: to empty a table runs no
 * trigger of its rows, and is refused where rows of others refer to it, also where they refer to the table it is part of.
 */
function refusedSql(table: string): string {
  const first = (catalog: string, where: string): string =>
    `FROM pg_catalog.${catalog} AS x WHERE ${where} ORDER BY 1 LIMIT 1`;
  return (
    `(SELECT CASE WHEN c.relkind <> 'r' THEN 'it is no plain table' ` +
    `WHEN NOT has_table_privilege(c.oid, 'TRUNCATE') THEN 'we may not empty it' ELSE coalesce(` +
    `(SELECT 'it has the trigger ' || x.tgname ${first('pg_trigger', 'c.oid IN (x.tgrelid, x.tgconstrrelid) AND NOT x.tgisinternal')}), ` +
    `(SELECT 'it has the rule ' || x.rulename ${first('pg_rewrite', "x.ev_class = c.oid AND x.rulename <> '_RETURN'")}), ` +
    `(SELECT x.conrelid::regclass::text || ' refers to it' ${first('pg_constraint', "x.confrelid = c.oid AND x.conrelid <> c.oid AND x.contype = 'f'")})) END ` +
    `FROM pg_catalog.pg_class AS c WHERE c.oid = ${textLiteral(table)}::regclass)`
  );
}

/** The partitions of a table, each with the condition that its rows fit; null for one that takes all. */
const partsOf = ({ oid }: TableFacts): string =>
  'SELECT n.nspname AS schema, c.relname AS name, pg_get_partition_constraintdef(c.oid) AS fits FROM pg_inherits AS i ' +
  `JOIN pg_class AS c ON c.oid = i.inhrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE i.inhparent = ${oid} ORDER BY c.oid`;

/** Those that a value of the table `staged` fits into; quoted. */
async function touched(session: Session, all: readonly Row[], staged: string, doing: Doing): Promise<string[]> {
  if (all.length === 0) return [];
  const one = ({ fits }: Row, i: number): string =>
    `SELECT ${i} AS i WHERE EXISTS (SELECT FROM ${staged} WHERE ${fits ?? 'true'})`;
  const hit = await session.rows(`${all.map(one).join(' UNION ALL ')} ORDER BY i`, doing);
  return hit.map(({ i }) => {
    const { schema, name } = all[Number(i)]!;
    return `${quoteIdent(schema!)}.${quoteIdent(name!)}`;
  });
}
