import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from '@dpone/sdk';
import type { FreshDatabase } from '@dpone/test-services';
import { type EdgeValue } from '@dpone/testkit';
import { expect } from 'chai';
import { query } from '../crash/postgres-shop.js';
import { load } from '../support/engine-host.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

export type Outcome = 'exact' | 'refused';

/** A `source:` or `sink:` block of a manifest. */
type Side = Readonly<Record<string, unknown>>;

export const postgresSide = (db: FreshDatabase, name: string): Side => ({
  type: 'postgres',
  connection: db.uri,
  table: { schema: 'shop', name },
});

export const refresh = (side: Side): Side => ({ ...side, strategy: { mode: 'full_refresh' } });

/** Puts the value into a table of its own on one server, and makes the empty table of the same type on the other. */
export async function seedEdge(
  from: FreshDatabase,
  into: FreshDatabase,
  { type, sql }: EdgeValue,
  withNull: boolean,
): Promise<void> {
  await query(from.uri, `DROP TABLE IF EXISTS shop.source; CREATE TABLE shop.source (id int NOT NULL, "Wert" ${type})`);
  await query(from.uri, `INSERT INTO shop.source VALUES (1, ${sql})${withNull ? ', (2, NULL)' : ''}`);
  await query(into.uri, `DROP TABLE IF EXISTS shop.target; CREATE TABLE shop.target (id int NOT NULL, "Wert" ${type})`);
  await query(into.uri, `INSERT INTO shop.target VALUES (-1, NULL)`);
}

/** Every value as its type's own output, blanks of a char and all, with what tells NULL from a text. */
export const edgesOf = (db: FreshDatabase, table: string) =>
  query(
    db.uri,
    "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC'; SET extra_float_digits = 3; " +
      `SET bytea_output = 'hex'; SELECT id, concat("Wert") AS value, "Wert" IS NULL AS missing FROM shop.${table} ORDER BY id`,
  );

/** Whether a load of the manifest passes. */
export async function passes(
  project: TempProject,
  manifest: object,
  plugins: readonly Plugin[] = [],
): Promise<boolean> {
  const result = await load(project, manifest, plugins).catch((error: unknown) => error as Error);
  return !(result instanceof Error) && result.passed;
}

/** What became of the value: it is there as it was, or the target is as it was. Anything else is a failure of the test. */
export async function outcomeOf(
  from: FreshDatabase,
  into: FreshDatabase,
  what: string,
  passed: boolean,
): Promise<Outcome> {
  const there = await edgesOf(into, 'target');
  if (passed) expect(there, what).to.deep.equal(await edgesOf(from, 'source'));
  else expect(there, `${what}: refused, so nothing changes`).to.deep.equal([{ id: '-1', value: '', missing: 't' }]);
  return passed ? 'exact' : 'refused';
}

/** Carries one value from Postgres through another system and back. */
export async function thereAndBack(
  from: FreshDatabase,
  into: FreshDatabase,
  middle: Side,
  value: EdgeValue,
  plugin: Plugin,
): Promise<Outcome> {
  // Systems without a NULL of an array refuse it; what its values become is the question here.
  await seedEdge(from, into, value, !/\[\]/.test(value.type));
  const project = tempProject();
  try {
    const sink = refresh({ ...middle, options: { lineage: false } });
    const there = { name: 'there', source: postgresSide(from, 'source'), sink };
    const back = { name: 'back', source: middle, sink: refresh(postgresSide(into, 'target')) };
    const passed = (await passes(project, there, [plugin])) && (await passes(project, back, [plugin]));
    return await outcomeOf(from, into, `${value.type}, ${value.name}`, passed);
  } finally {
    project.remove();
  }
}

/** Asserts that a page of docs/specs ends with this table; with DPONE_WRITE_PAGES it is written. */
export function expectTable(page: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const path = fileURLToPath(new URL(`../../../docs/specs/${page}`, import.meta.url));
  const [said] = readFileSync(path, 'utf8').split('<!-- table -->');
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const text = [said!.trimEnd(), '', '<!-- table -->', '', ...lines, ''].join('\n');
  if (process.env['DPONE_WRITE_PAGES'] !== undefined) writeFileSync(path, text);
  expect(unpadded(readFileSync(path, 'utf8')), 'DPONE_WRITE_PAGES=1 npm test writes it anew').to.equal(unpadded(text));
}

/** The formatter aligns tables. */
const unpadded = (text: string): string => text.replaceAll(/ +\|/g, ' |').replaceAll(/-+/g, '-');
