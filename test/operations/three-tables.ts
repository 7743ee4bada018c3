import { DuckDBInstance } from '@duckdb/node-api';
import { queryDuckdb } from '../support/duckdb.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

/** Three processes of one manifest, each after the one before, from one DuckDB file to another. */
export const THREE_TABLES = `
kind: dpone.batch.v1
defaults:
  source: {type: duckdb, connection: source.duckdb}
  sink: {type: duckdb, connection: shop.duckdb, strategy: {mode: incremental_append}}
schemas:
  main:
    naming: {process_name: "{{ src_table }}", sink_table: "{{ src_table }}", sink_dataset: main}
    defaults:
      source: {options: {incremental_column: id}}
    tables:
      - customers
      - {table: orders, depends_on: ["#main.customers"]}
      - {table: lines, depends_on: ["#main.orders"]}
`;

export const TABLES = ['customers', 'orders', 'lines'] as const;
export const ROWS = 200;

export async function runDuckdb(path: string, statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  try {
    const connection = await instance.connect();
    for (const sql of statements) await connection.run(sql);
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
}

export async function threeTables(): Promise<TempProject> {
  const project = tempProject({ 'shop.yml': THREE_TABLES });
  await runDuckdb(
    project.file('source.duckdb'),
    TABLES.map((table) => `CREATE TABLE ${table} AS SELECT i AS id, '${table} ' || i AS name FROM range(${ROWS}) r(i)`),
  );
  return project;
}

/** Of each table that is there: the runs of its receipts, and whether it is row by row what the source holds. */
export async function loaded(
  project: TempProject,
): Promise<Record<string, { readonly runs: string[]; readonly same: boolean }>> {
  const found: Record<string, { runs: string[]; same: boolean }> = {};
  const shop = project.file('shop.duckdb');
  for (const table of TABLES) {
    const runs = await queryDuckdb(
      shop,
      `SELECT run_id FROM __dpone__loads WHERE process = '${table}' AND inserted > 0 ORDER BY load_id`,
    );
    if (runs.length === 0) continue;
    const [difference] = await queryDuckdb(
      ':memory:',
      `ATTACH '${project.file('source.duckdb')}' AS s (READ_ONLY); ATTACH '${shop}' AS t (READ_ONLY);
       SELECT (SELECT count(*) FROM ((FROM s.main.${table} SELECT id, name) EXCEPT ALL (FROM t.main.${table} SELECT id, name)))
            + (SELECT count(*) FROM ((FROM t.main.${table} SELECT id, name) EXCEPT ALL (FROM s.main.${table} SELECT id, name))) AS n`,
    );
    found[table] = { runs: runs.map((row) => String(row['run_id'])), same: Number(difference!['n']) === 0 };
  }
  return found;
}
