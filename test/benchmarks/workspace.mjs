import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const DPONE = join(ROOT, 'core/cli/bin/dpone.js');
export const WORK = process.env.DPONE_BENCH_DIR ?? join(tmpdir(), 'dpone-bench');

const plugin = createRequire(join(ROOT, 'plugins/connector-duckdb/package.json'));
export const duckdbPath = plugin.resolve('@duckdb/node-api');

const ROWS = (rows) => `
  SELECT i AS id, (hash(i) % 1000000)::BIGINT AS customer_id, TIMESTAMP '2026-01-01' + to_milliseconds(i * 17) AS at,
    ['placed', 'paid', 'shipped', 'delivered'][(1 + hash(i, 1) % 4)::INT] AS status,
    ((hash(i, 2) % 1000000)::BIGINT::DECIMAL(14,0) / 100)::DECIMAL(12,2) AS amount,
    'customer ' || (hash(i, 3) % 100000) || ' of the shop' AS note, (hash(i, 4) % 100) / 7.0 AS score,
    DATE '2026-01-01' + (hash(i, 5) % 365)::INT AS due
  FROM range(${rows}) t(i)`;

async function duckdb(sql) {
  const { DuckDBInstance } = await import(pathToFileURL(duckdbPath).href);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

/** A file of the benchmark table; made once and kept for the next run. */
export async function dataFile(format, rows) {
  await mkdir(WORK, { recursive: true });
  const path = join(WORK, `orders-${rows}.${format}`);
  if (!existsSync(path)) {
    const options = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet';
    await duckdb(`COPY (${ROWS(rows)}) TO '${path}.part' (${options})`);
    await rename(`${path}.part`, path);
  }
  return { path, bytes: (await stat(path)).size };
}

/** A project with one manifest that loads `path` into a new DuckDB file. */
export async function project(name, path) {
  const folder = join(WORK, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const manifest = [
    'name: bench_orders',
    'source:',
    '  type: files',
    '  options:',
    `    path: ${path}`,
    'sink:',
    '  type: duckdb',
    '  connection: target.duckdb',
    '  table: {name: orders}',
    '  strategy: {mode: full_refresh}',
    '',
  ].join('\n');
  await writeFile(join(folder, 'orders.yml'), manifest);
  return {
    folder,
    dpone: [process.execPath, DPONE, 'run', 'orders.yml', '--format', 'json'],
    reset: async () => {
      for (const left of ['target.duckdb', 'target.duckdb.wal', '.dpone'])
        await rm(join(folder, left), { recursive: true, force: true });
    },
  };
}
