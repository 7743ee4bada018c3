import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { FreshClickHouse } from '@dpone/test-services';
import { expect } from 'chai';
import type { TempProject } from '../support/temp-project.js';
import { fingerprint, type Order } from './shop.js';

/** What the server itself says of the target, through its own HTTP interface. */
export async function ordersOf(db: FreshClickHouse): Promise<Order[]> {
  const rows = await db.sql<Record<string, string>>(
    "SELECT toString(id) AS id, customer, toString(amount) AS amount, formatDateTime(at, '%F %T') AS at FROM orders SETTINGS output_format_decimal_trailing_zeros = 1",
  );
  return rows.map((row) => ({
    id: Number(row['id']),
    customer: row['customer']!,
    amount: row['amount']!,
    at: row['at']!,
  }));
}

/** No staging, no table beside the target and no intent is left behind. */
export async function expectNothingLeft(db: FreshClickHouse): Promise<void> {
  const tables = (await db.sql<{ name: string }>('SHOW TABLES')).map(({ name }) => name);
  expect(
    tables.filter((name) => name.startsWith('__dpone__stg')),
    'staging left behind',
  ).to.deep.equal([]);
  expect(await db.sql('SELECT load_id FROM __dpone__intents'), 'intents left behind').to.deep.equal([]);
}

/** Asserts, from the server and the project's files alone, that nothing is lost, nothing is twice and nothing is left behind. */
export async function expectCleanServer(
  project: TempProject,
  db: FreshClickHouse,
  expected: readonly Order[],
): Promise<void> {
  expect(fingerprint(await ordersOf(db)), 'rows of the target').to.deep.equal(fingerprint(expected));
  await expectNothingLeft(db);
  const receipts = (await db.sql<{ load_id: string }>('SELECT DISTINCT load_id FROM __dpone__loads')).map(
    (row) => row.load_id,
  );
  const packages = packagesOf(project);
  const ended = ['committed', 'failed', 'cancelled'];
  expect(
    packages.filter((p) => !ended.includes(String(p['status']))),
    'packages left open',
  ).to.deep.equal([]);
  const committed = packages.filter((p) => p['status'] === 'committed').map((p) => String(p['load_id']));
  expect(committed.toSorted(), 'committed packages are the loads with a receipt').to.deep.equal(receipts.toSorted());
}

function packagesOf(project: TempProject): Record<string, unknown>[] {
  const folder = project.file('.dpone/load-packages');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Record<string, unknown>);
}
