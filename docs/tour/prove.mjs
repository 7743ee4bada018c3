import { pathToFileURL } from 'node:url';
import { createRequire } from 'node:module';
import { say } from './terminal.mjs';

/** What each table must hold after day 2, beside its count. */
const SUMS = {
  orders: 'sum(amount)',
  order_items: 'sum(unit_price * quantity)',
  customers: 'sum(customer_id)',
};

async function query(database, sql) {
  const fromPlugin = createRequire(new URL('../../plugins/connector-duckdb/package.json', import.meta.url));
  const { DuckDBInstance } = await import(pathToFileURL(fromPlugin.resolve('@duckdb/node-api')).href);
  const instance = await DuckDBInstance.create(database, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()[0];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Compares every table with what the generator says it must hold; prints a line each. True where all are equal. */
export async function prove(database, expected) {
  let proven = true;
  for (const [table, sum] of Object.entries(SUMS)) {
    const found = await query(database, `SELECT count(*) AS rows, ${sum}::VARCHAR AS total FROM ${table}`);
    const wanted = expected.day2[table];
    const equal = found.rows === wanted.rows && found.total === wanted.total;
    proven &&= equal;
    const rows = Number(found.rows).toLocaleString('en').padStart(9);
    const verdict = equal ? 'as expected' : `expected ${wanted.rows} rows, ${wanted.total}`;
    say(`  ${table.padEnd(11)} ${rows} rows  ${sum} = ${found.total}`);
    say(`    ${verdict}`);
  }
  return proven;
}
