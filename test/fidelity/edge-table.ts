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

/** Values that travel together: its columns by their types, and the expressions of its rows. */
export interface EdgeRows {
  readonly types: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Values of one type, one below the other: what way they go is decided by their type, as if each were alone. */
const below = (values: readonly EdgeValue[]): EdgeRows => ({
  types: [values[0]!.type],
  rows: values.map(({ sql }) => [sql]),
});

/** Values of any type in one row, for a way that is given. */
const beside = (values: readonly EdgeValue[]): EdgeRows => ({
  types: values.map(({ type }) => type),
  rows: [values.map(({ sql }) => sql)],
});

/**
 * What becomes of values on a way. Those that the page says are kept travel together, below each other by their type or
 * beside each other; each of the others alone, for a load is refused as a whole. With DPONE_WRITE_PAGES all go alone.
 */
export async function outcomesOf(
  values: readonly EdgeValue[],
  said: (value: EdgeValue) => Outcome | undefined,
  together: 'below' | 'beside' | 'alone',
  carry: (rows: EdgeRows, what: string) => Promise<Outcome>,
): Promise<Map<EdgeValue, Outcome>> {
  const each = together === 'alone' || process.env['DPONE_WRITE_PAGES'] !== undefined;
  const kept = each ? [] : values.filter((one) => said(one) === 'exact');
  const groups =
    together === 'below'
      ? [...new Set(kept.map(({ type }) => type))].map((type) => kept.filter((one) => one.type === type))
      : [kept].filter(({ length }) => length > 0);
  const parts = [...groups, ...values.filter((one) => !kept.includes(one)).map((one) => [one])];
  const outcomes = new Map<EdgeValue, Outcome>();
  for (const part of parts) {
    const what = part.map(({ type, name }) => `${type}, ${name}`).join('; ');
    const outcome = await carry(together === 'beside' ? beside(part) : below(part), what);
    for (const value of part) outcomes.set(value, outcome);
  }
  return new Map(values.map((value) => [value, outcomes.get(value)!]));
}

const columnsOf = ({ types }: EdgeRows): string[] => types.map((_, i) => (i === 0 ? '"Wert"' : `"Wert ${i}"`));

/** Puts the values into a table of their own on one server, and makes the empty table of the same types on the other. */
export async function seedEdges(
  from: FreshDatabase,
  into: FreshDatabase,
  edges: EdgeRows,
  withNull: boolean,
): Promise<void> {
  const columns = columnsOf(edges).map((name, i) => `${name} ${edges.types[i]}`);
  const table = (name: string): string =>
    `DROP TABLE IF EXISTS shop.${name}; CREATE TABLE shop.${name} (id int NOT NULL, ${columns.join(', ')})`;
  const nulls = edges.types.map(() => 'NULL');
  const rows = [...edges.rows, ...(withNull ? [nulls] : [])].map((row, i) => `(${[i + 1, ...row].join(', ')})`);
  await query(from.uri, table('source'));
  // A statement a row: in one list, values of a column would have to be of one type before they reach it.
  await query(from.uri, rows.map((row) => `INSERT INTO shop.source VALUES ${row}`).join('; '));
  await query(into.uri, table('target'));
  await query(into.uri, `INSERT INTO shop.target VALUES (-1, ${nulls.join(', ')})`);
}

/** Every value as its type's own output, blanks of a char and all, with what tells NULL from a text. */
export const edgesOf = (db: FreshDatabase, table: string, edges: EdgeRows) =>
  query(
    db.uri,
    "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC'; SET extra_float_digits = 3; " +
      `SET bytea_output = 'hex'; SELECT id, ${columnsOf(edges)
        .map((name, i) => `concat(${name}) AS value_${i}, ${name} IS NULL AS missing_${i}`)
        .join(', ')} FROM shop.${table} ORDER BY id`,
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

/** What became of the values: they are there as they were, or the target is as it was. Anything else is a failure of the test. */
export async function outcomeOf(
  from: FreshDatabase,
  into: FreshDatabase,
  edges: EdgeRows,
  what: string,
  passed: boolean,
): Promise<Outcome> {
  const there = await edgesOf(into, 'target', edges);
  if (passed) expect(there, what).to.deep.equal(await edgesOf(from, 'source', edges));
  else {
    expect(
      there.map(({ id }) => id),
      `${what}: refused, so nothing changes`,
    ).to.deep.equal(['-1']);
    for (const [name, value] of Object.entries(there[0]!))
      if (name.startsWith('missing')) expect(value, what).to.equal('t');
  }
  return passed ? 'exact' : 'refused';
}

/** Carries values from Postgres through another system and back. */
export async function thereAndBack(
  from: FreshDatabase,
  into: FreshDatabase,
  middle: Side,
  edges: EdgeRows,
  what: string,
  plugin: Plugin,
): Promise<Outcome> {
  // Systems without a NULL of an array refuse it; what its values become is the question here.
  await seedEdges(from, into, edges, !edges.types.some((type) => type.includes('[]')));
  const project = tempProject();
  try {
    const sink = refresh({ ...middle, options: { lineage: false } });
    const there = { name: 'there', source: postgresSide(from, 'source'), sink };
    const back = { name: 'back', source: middle, sink: refresh(postgresSide(into, 'target')) };
    const passed = (await passes(project, there, [plugin])) && (await passes(project, back, [plugin]));
    return await outcomeOf(from, into, edges, what, passed);
  } finally {
    project.remove();
  }
}

const pathOf = (page: string): string => fileURLToPath(new URL(`../../../docs/specs/${page}`, import.meta.url));

/** What a page of docs/specs says of a value under a heading of its table; undefined where it has no such row. */
export function saidOf(page: string, heading: string): (value: EdgeValue) => Outcome | undefined {
  const lines = readFileSync(pathOf(page), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()));
  const column = cells[0]?.indexOf(heading) ?? -1;
  const rows = new Map(cells.map((row) => [`${row[1]} ${row[2]}`, row[column]]));
  return ({ type, name }) => rows.get(`\`${type}\` ${name}`) as Outcome | undefined;
}

/** Asserts that a page of docs/specs ends with this table; with DPONE_WRITE_PAGES it is written. */
export function expectTable(page: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const path = pathOf(page);
  const [said] = readFileSync(path, 'utf8').split('<!-- table -->');
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const text = [said!.trimEnd(), '', '<!-- table -->', '', ...lines, ''].join('\n');
  if (process.env['DPONE_WRITE_PAGES'] !== undefined) writeFileSync(path, text);
  expect(unpadded(readFileSync(path, 'utf8')), 'DPONE_WRITE_PAGES=1 npm test writes it anew').to.equal(unpadded(text));
}

/** The formatter aligns tables. */
const unpadded = (text: string): string => text.replaceAll(/ +\|/g, ' |').replaceAll(/-+/g, '-');
