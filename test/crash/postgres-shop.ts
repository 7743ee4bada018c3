import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Client, type QueryResult } from 'pg';
import type { TempProject } from '../support/temp-project.js';
import { fingerprint, type Order } from './shop.js';

export type Row = Readonly<Record<string, string | null>>;

/** Runs a statement on a connection of its own; every value is its text. */
export async function query(uri: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: uri, types: { getTypeParser: () => (value: string) => value } });
  await client.connect();
  try {
    // Several statements in one text answer with a list.
    const result = (await client.query(sql)) as unknown as QueryResult<Row> | QueryResult<Row>[];
    return (Array.isArray(result) ? result.at(-1)! : result).rows;
  } finally {
    await client.end();
  }
}

const ORDERS = `id int PRIMARY KEY, customer text, amount numeric(12,2), "at" timestamp`;
const values = (orders: readonly Order[]): string =>
  orders.map((o) => `(${o.id}, '${o.customer.replaceAll("'", "''")}', ${o.amount}, '${o.at}')`).join(', ');

/** A source table that holds these orders. */
export const shopTable = (orders: readonly Order[]): string =>
  `CREATE SCHEMA IF NOT EXISTS shop; CREATE TABLE IF NOT EXISTS shop.orders (${ORDERS}); ${upsert(orders)}`;

export const upsert = (orders: readonly Order[]): string =>
  `INSERT INTO shop.orders VALUES ${values(orders)} ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, amount = excluded.amount, "at" = excluded."at"`;

export async function ordersOf(uri: string): Promise<Order[]> {
  const rows = await query(uri, `SELECT id, customer, amount, "at" FROM mart.orders`);
  return rows.map((row) => ({
    id: Number(row['id']),
    customer: row['customer']!,
    amount: row['amount']!,
    at: row['at']!,
  }));
}

/** Asserts, from the server and the project's files alone, that nothing is lost, nothing is twice and nothing is left behind. */
export async function expectCleanServer(
  project: TempProject,
  uri: string,
  expected: readonly Order[],
  rejected: number,
): Promise<void> {
  expect(fingerprint(await ordersOf(uri)), 'rows of the target').to.deep.equal(fingerprint(expected));
  const left = await query(uri, "SELECT relname FROM pg_class WHERE starts_with(relname, '__dpone__stg')");
  expect(left, 'staging left behind').to.deep.equal([]);
  const receipts = (await query(uri, 'SELECT load_id FROM mart.__dpone__loads')).map((r) => r['load_id']!);
  const packages = jsonFiles(project.file('.dpone/load-packages'));
  const ended = ['committed', 'failed', 'cancelled'];
  expect(
    packages.filter((p) => !ended.includes(String(p['status']))),
    'packages left open',
  ).to.deep.equal([]);
  const committed = packages.filter((p) => p['status'] === 'committed').map((p) => String(p['load_id']));
  expect(committed.toSorted(), 'committed packages are the loads with a receipt').to.deep.equal(receipts.toSorted());
  const held = await query(
    uri,
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
  );
  expect(held, 'advisory locks left behind').to.deep.equal([]);
  const idle = await query(
    uri,
    "SELECT pid, query FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dpone'",
  );
  expect(idle, 'sessions left behind').to.deep.equal([]);
  const quarantine = project.file('.dpone/quarantine');
  for (const file of existsSync(quarantine) ? readdirSync(quarantine) : []) {
    const lines = readFileSync(`${quarantine}/${file}`, 'utf8').trimEnd().split('\n');
    expect(lines.length, `lines of ${file}`).to.equal(rejected);
    for (const line of lines) expect(receipts).to.include((JSON.parse(line) as { load_id: string }).load_id);
  }
}

const jsonFiles = (folder: string): Record<string, unknown>[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Record<string, unknown>)
    : [];
