import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { queryDuckdb } from '../support/duckdb.js';
import type { TempProject } from '../support/temp-project.js';
import type { Scenario } from './scenarios.js';
import { fingerprint, type Order } from './shop.js';

const jsonFiles = (folder: string): Record<string, unknown>[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Record<string, unknown>)
    : [];

/** The orders that a DuckDB file holds. */
export async function ordersIn(database: string): Promise<Order[]> {
  const sql = 'select id::int as id, customer, amount::text as amount, "at"::text as "at" from orders';
  return (await queryDuckdb(database, sql)) as unknown as Order[];
}

/** Asserts, from the target and the files alone, that a scenario's end is right: nothing lost, nothing twice, no debris. */
export async function expectCleanEnd(project: TempProject, scenario: Scenario): Promise<void> {
  const database = project.file('shop.duckdb');
  expect(fingerprint(await ordersIn(database)), 'rows of the target').to.deep.equal(fingerprint(scenario.expected));

  const staging = await queryDuckdb(
    database,
    `select table_name from duckdb_tables() where starts_with(table_name, '__dpone__stg')`,
  );
  expect(staging, 'staging left behind').to.deep.equal([]);

  const receipts = (await queryDuckdb(database, 'select load_id from __dpone__loads')).map((r) => String(r['load_id']));
  expect(new Set(receipts).size, 'each load has one receipt').to.equal(receipts.length);
  const loadsInTarget = await queryDuckdb(database, 'select distinct __dpone__load_id as load_id from orders');
  for (const { load_id } of loadsInTarget) expect(receipts, 'rows without a receipt').to.include(load_id);

  const packages = jsonFiles(project.file('.dpone/load-packages'));
  const open = packages.filter(
    (p) => p['status'] !== 'committed' && p['status'] !== 'failed' && p['status'] !== 'cancelled',
  );
  expect(open, 'packages left open').to.deep.equal([]);
  const committed = packages.filter((p) => p['status'] === 'committed').map((p) => String(p['load_id']));
  expect(committed.sort(), 'committed packages are the loads with a receipt').to.deep.equal([...receipts].sort());

  const quarantine = project.file('.dpone/quarantine');
  const files = existsSync(quarantine) ? readdirSync(quarantine) : [];
  for (const file of files) {
    const lines = readFileSync(`${quarantine}/${file}`, 'utf8').trimEnd().split('\n');
    expect(lines.length, `lines of ${file}`).to.equal(scenario.rejected);
    for (const line of lines)
      expect(receipts, 'a quarantined row of a load that never was').to.include(
        (JSON.parse(line) as { load_id: string }).load_id,
      );
  }
  if (scenario.rejected > 0) expect(files.length, 'quarantine files').to.be.greaterThan(0);
  expect(
    files.filter((name) => !name.endsWith('.jsonl')),
    'half-written quarantine',
  ).to.deep.equal([]);
}
