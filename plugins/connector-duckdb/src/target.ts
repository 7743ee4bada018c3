import { quoteIdent, quoteLiteral, type CanonicalType, type Column, type Schema, type TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import { DEFAULT_SCHEMA, tableName } from './sql.js';
import { canonicalType, SYSTEM } from './types.js';

/** What the catalog says about a table. */
export interface TableFacts {
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly comment: string | null;
  /** What a renamed table would lose (`UNIQUE(email)`, an index, a default): with any, the rows are replaced in place. */
  readonly keeps: readonly string[];
  /** Columns whose type has no canonical meaning, with that type. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/** Reads the catalog; null where there is no such table. A view has columns and keeps nothing. */
export async function tableFacts(session: Session, table: TableRef, doing: Doing): Promise<TableFacts | null> {
  const at =
    `database_name = current_database() AND schema_name = ${quoteLiteral(table.schema ?? DEFAULT_SCHEMA)} ` +
    `AND table_name = ${quoteLiteral(table.name)}`;
  const rows = await session.rows(
    `SELECT column_name, data_type, is_nullable, column_default, comment FROM duckdb_columns() WHERE ${at} ORDER BY column_index`,
    doing,
  );
  if (rows.length === 0) return null;
  const constraints = await session.rows(
    `SELECT constraint_type, constraint_text, constraint_column_names FROM duckdb_constraints() WHERE ${at} AND constraint_type <> 'NOT NULL'`,
    doing,
  );
  const indexes = await session.rows(`SELECT index_name FROM duckdb_indexes() WHERE ${at}`, doing);
  const referenced = await session.rows(
    `SELECT table_name FROM duckdb_constraints() WHERE database_name = current_database() ` +
      `AND constraint_type = 'FOREIGN KEY' AND referenced_table = ${quoteLiteral(table.name)}`,
    doing,
  );
  const own = await session.row(`SELECT comment FROM duckdb_tables() WHERE ${at}`, doing);
  const key = constraints.find((c) => c['constraint_type'] === 'PRIMARY KEY');
  const unreadable = new Map<string, string>();
  const columns = rows.map((row) => column(row, unreadable));
  return {
    columns,
    primaryKey: (key?.['constraint_column_names'] as string[] | undefined) ?? [],
    comment: (own?.['comment'] as string | null | undefined) ?? null,
    keeps: [
      ...constraints.map((c) => String(c['constraint_text'])),
      ...indexes.map((i) => `index ${String(i['index_name'])}`),
      ...referenced.map((r) => `foreign key of ${String(r['table_name'])}`),
      ...rows.filter((r) => r['column_default'] !== null).map((r) => `default of ${String(r['column_name'])}`),
    ],
    unreadable,
  };
}

/** Counts the rows that have a value in the first column and none in the second. */
export const unfilledRows = (table: TableRef, column: string, successor: string): string =>
  `SELECT count(*) FROM ${tableName(table)} WHERE ${quoteIdent(column)} IS NOT NULL AND ${quoteIdent(successor)} IS NULL`;

export async function tableExists(session: Session, table: TableRef, doing: Doing): Promise<boolean> {
  const found = await session.count(
    `SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() AND ` +
      `schema_name = ${quoteLiteral(table.schema ?? DEFAULT_SCHEMA)} AND table_name = ${quoteLiteral(table.name)}`,
    doing,
  );
  return found > 0;
}

function column(row: Readonly<Record<string, unknown>>, unreadable: Map<string, string>): Column {
  const name = String(row['column_name']);
  const native = String(row['data_type']);
  const type = canonicalType(native);
  if (type === undefined) unreadable.set(name, native);
  return {
    ...nativeColumn(name, native, type ?? { kind: 'string' }),
    nullable: row['is_nullable'] === true,
    ...(typeof row['comment'] === 'string' ? { comment: row['comment'] } : {}),
  };
}

export const nativeColumn = (name: string, native: string, type: CanonicalType): Column => ({
  name,
  type,
  nullable: true,
  native: { system: SYSTEM, type: native },
});

export const toSchema = (facts: TableFacts): Schema => ({
  columns: facts.columns,
  ...(facts.primaryKey.length === 0 ? {} : { primaryKey: facts.primaryKey }),
});

/** Comments and NOT NULLs of the old table for the one that takes its name. */
export function carryOver(table: string, facts: TableFacts, nullable: ReadonlySet<string>): string[] {
  const statements: string[] = [];
  for (const c of facts.columns)
    if (!c.nullable && !nullable.has(c.name))
      statements.push(`ALTER TABLE ${table} ALTER ${quoteIdent(c.name)} SET NOT NULL`);
  if (facts.comment !== null) statements.push(`COMMENT ON TABLE ${table} IS ${quoteLiteral(facts.comment)}`);
  for (const c of facts.columns)
    if (c.comment !== undefined)
      statements.push(`COMMENT ON COLUMN ${table}.${quoteIdent(c.name)} IS ${quoteLiteral(c.comment)}`);
  return statements;
}
