import { quoteIdent, type LoadProgram } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { StagingNames } from './names.js';
import { partitionsRefused } from './partitions-sql.js';
import type { OwnPartition } from './program-context.js';
import type { Session } from './session.js';
import { tableLabel, textLiteral } from './sql.js';
import type { TableFacts } from './target.js';

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
  const values = `SELECT DISTINCT ${column} FROM ${names.rows}`;
  const named = await touched(session, facts, values, doing);
  if (named.length === 0) return [];
  await session.run(`LOCK TABLE ${named.join(', ')} IN SHARE ROW EXCLUSIVE MODE`, doing);
  // By value first: a partition has few of them, however many rows.
  const held = (table: string, i: number): string =>
    `SELECT ${i} AS i, coalesce(sum(n), 0) AS "rows", coalesce(sum(n) FILTER (WHERE NOT EXISTS (SELECT FROM staged AS s WHERE s.${column} = t.${column})), 0) AS others, ` +
    `${refusedSql(table)} AS refused FROM (SELECT ${column}, count(*) AS n FROM ${table} GROUP BY ${column}) AS t`;
  const rows = await session.rows(
    `WITH staged AS MATERIALIZED (${values}) ${named.map(held).join(' UNION ALL ')} ORDER BY i`,
    doing,
  );
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

/** The partitions that a staged value fits into, by their own conditions; quoted. */
async function touched(session: Session, facts: TableFacts, values: string, doing: Doing): Promise<string[]> {
  const all = await session.rows(
    'SELECT n.nspname AS schema, c.relname AS name, pg_get_partition_constraintdef(c.oid) AS fits FROM pg_inherits AS i ' +
      `JOIN pg_class AS c ON c.oid = i.inhrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE i.inhparent = ${facts.oid} ORDER BY c.oid`,
    doing,
  );
  if (all.length === 0) return [];
  const one = ({ fits }: (typeof all)[number], i: number): string =>
    `SELECT ${i} AS i WHERE EXISTS (SELECT FROM staged WHERE ${fits ?? 'true'})`;
  const hit = await session.rows(
    `WITH staged AS MATERIALIZED (${values}) ${all.map(one).join(' UNION ALL ')} ORDER BY i`,
    doing,
  );
  return hit.map(({ i }) => {
    const { schema, name } = all[Number(i)]!;
    return `${quoteIdent(schema!)}.${quoteIdent(name!)}`;
  });
}
