import { quoteIdent, type LoadProgram } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { StagingNames } from './names.js';
import { partitionsRefused } from './partitions-sql.js';
import type { OwnPartition } from './program-context.js';
import type { Session } from './session.js';
import { tableLabel, textLiteral } from './sql.js';
import { tableFacts, type TableFacts } from './target.js';

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
  for (const { table } of named) await session.run(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`, doing);
  // By value first: a partition has few of them, however many rows.
  const held = ({ table }: Named, i: number): string =>
    `SELECT ${i} AS i, coalesce(sum(n), 0) AS "rows", coalesce(sum(n) FILTER (WHERE NOT EXISTS (SELECT FROM staged AS s WHERE s.${column} = t.${column})), 0) AS others, ` +
    `has_table_privilege(${textLiteral(table)}, 'TRUNCATE') AS may FROM (SELECT ${column}, count(*) AS n FROM ${table} GROUP BY ${column}) AS t`;
  const rows = await session.rows(
    `WITH staged AS MATERIALIZED (${values}) ${named.map(held).join(' UNION ALL ')} ORDER BY i`,
    doing,
  );
  const found: OwnPartition[] = [];
  for (const [i, { table, schema, name }] of named.entries()) {
    const own = await tableFacts(session, { schema, name }, doing);
    found.push({
      table,
      rows: Number(rows[i]!['rows']),
      others: Number(rows[i]!['others']),
      refused: rows[i]!['may'] === 't' ? notEmptied(own) : 'we may not empty it',
    });
  }
  return found;
}

interface Named {
  readonly table: string;
  readonly schema: string;
  readonly name: string;
}

/** The partitions that a staged value fits into, by their own conditions. */
async function touched(session: Session, facts: TableFacts, values: string, doing: Doing): Promise<Named[]> {
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
    return { table: `${quoteIdent(schema!)}.${quoteIdent(name!)}`, schema: schema!, name: name! };
  });
}

/** To empty a table runs no trigger of its rows, and is refused where rows of others refer to it. */
function notEmptied(facts: TableFacts | null): string | null {
  if (facts === null || facts.kind !== 'table') return 'it is no plain table';
  if (facts.triggers.length > 0) return `it has the trigger ${facts.triggers[0]}`;
  if (facts.rules.length > 0) return `it has the rule ${facts.rules[0]}`;
  return facts.referencedBy.length > 0 ? `${facts.referencedBy[0]!.table} refers to it` : null;
}
