import { freshClickHouse, freshDatabase } from '@dpone/test-services';
import { query } from '../crash/postgres-shop.js';
import { queryDuckdb } from './duckdb.js';
import { linkPlugins } from './link-plugin.js';
import type { TempProject } from './temp-project.js';

/** A table that loads change, and what the system itself says of it. */
export interface Target {
  /** The keys of `sink:` that name it. */
  readonly sink: string;
  /** Rows of a SELECT, every value as text, NULL as null. */
  rows(columns: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** A statement of somebody else. */
  run(sql: string): Promise<unknown>;
  close(): Promise<void>;
}

const select = (columns: readonly string[], text: (column: string) => string): string =>
  `SELECT ${columns.map((c) => `${text(c)} AS ${c}`).join(', ')} FROM orders ORDER BY id`;

const duckdb = (project: TempProject): Promise<Target> =>
  Promise.resolve({
    sink: 'type: duckdb, connection: shop.duckdb, table: orders',
    rows: (columns) =>
      queryDuckdb(
        project.file('shop.duckdb'),
        select(columns, (c) => `${c}::VARCHAR`),
      ),
    run: (sql) => queryDuckdb(':memory:', `ATTACH '${project.file('shop.duckdb')}' AS shop; USE shop; ${sql}`),
    close: () => Promise.resolve(),
  });

async function postgres(): Promise<Target> {
  const db = await freshDatabase();
  return {
    sink: `type: postgres, connection: "${db.uri}", table: public.orders`,
    rows: (columns) =>
      query(
        db.uri,
        select(columns, (c) => `${c}::text`),
      ),
    run: (sql) => query(db.uri, sql),
    close: () => db.drop(),
  };
}

async function clickhouse(project: TempProject): Promise<Target> {
  linkPlugins(project, 'connector-clickhouse');
  const db = await freshClickHouse();
  return {
    sink: `type: clickhouse, connection: "${db.uri}", table: orders`,
    rows: (columns) => db.sql(select(columns, (c) => `toString(orders.${c})`)),
    run: (sql) => db.sql(sql),
    close: () => db.drop(),
  };
}

export const TARGETS = { duckdb, postgres, clickhouse } as const;
