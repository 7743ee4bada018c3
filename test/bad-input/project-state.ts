import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queryDuckdb } from '../support/duckdb.js';

/** Every file below a folder by its digest; `skip` names are left out. */
export function digests(folder: string, skip: (name: string) => boolean = () => false): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => !skip(name) && !lstatSync(join(folder, name)).isDirectory())
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  );
}

/** The user's tables of a database file with their rows: what a failed load must leave as it was. Nothing where there is no file. */
export async function tables(path: string): Promise<Record<string, unknown[]>> {
  if (!existsSync(path)) return {};
  const found = await queryDuckdb(
    path,
    `SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT starts_with(table_name, '__dpone__') ORDER BY ALL`,
  );
  const result: Record<string, unknown[]> = {};
  for (const { schema_name, table_name } of found as { schema_name: string; table_name: string }[])
    result[`${schema_name}.${table_name}`] = await queryDuckdb(
      path,
      `SELECT * FROM "${schema_name}"."${table_name}" ORDER BY ALL`,
    );
  return result;
}

/** Staging tables that a load left behind. */
export async function debris(path: string): Promise<unknown[]> {
  if (!existsSync(path)) return [];
  return queryDuckdb(path, `SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, '__dpone__stg_')`);
}
