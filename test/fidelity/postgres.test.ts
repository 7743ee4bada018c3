import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EDGE_TYPES, EDGE_VALUES, type EdgeValue } from '@dpone/testkit';
import { freshDatabase, postgresMajors, type FreshDatabase, type PostgresMajor } from '@dpone/test-services';
import { expect } from 'chai';
import { query } from '../crash/postgres-shop.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { load } from '../support/engine-host.js';

const PAGE = fileURLToPath(new URL('../../../docs/specs/postgres-fidelity.md', import.meta.url));
const LANES = ['pg-copy-binary', 'pg-copy-text', 'rows'] as const;
const FORMATS = ['duckdb', 'parquet', 'csv', 'jsonl'] as const;
type Route = (typeof LANES)[number] | (typeof FORMATS)[number];
type Outcome = 'exact' | 'refused';

const postgres = (db: FreshDatabase, table: string) => ({
  type: 'postgres',
  connection: db.uri,
  table: { schema: 'shop', name: table },
});
const refresh = (side: object) => ({ ...side, strategy: { mode: 'full_refresh' } });

/** Puts the value into a table of its own on one server, and makes the empty table of the same type on the other. */
async function seed(from: FreshDatabase, into: FreshDatabase, { type, sql }: EdgeValue): Promise<void> {
  await query(from.uri, `DROP TABLE IF EXISTS shop.source; CREATE TABLE shop.source (id int, "Wert" ${type})`);
  await query(from.uri, `INSERT INTO shop.source VALUES (1, ${sql}), (2, NULL)`);
  await query(into.uri, `DROP TABLE IF EXISTS shop.target; CREATE TABLE shop.target (id int, "Wert" ${type})`);
  await query(into.uri, `INSERT INTO shop.target VALUES (-1, NULL)`);
}

/** Every value as its type's own output, blanks of a char and all, with what tells NULL from a text. */
const valuesOf = (db: FreshDatabase, table: string) =>
  query(
    db.uri,
    "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC'; SET extra_float_digits = 3; " +
      `SET bytea_output = 'hex'; SELECT id, concat("Wert") AS value, "Wert" IS NULL AS missing FROM shop.${table} ORDER BY id`,
  );

async function passes(project: TempProject, manifest: object): Promise<boolean> {
  const result = await load(project, manifest).catch((error: unknown) => error as Error);
  return !(result instanceof Error) && result.passed;
}

async function carry(project: TempProject, from: FreshDatabase, into: FreshDatabase, route: Route): Promise<boolean> {
  const lanes = LANES.find((lane) => lane === route);
  if (lanes !== undefined)
    return passes(project, {
      name: 'straight',
      source: postgres(from, 'source'),
      sink: refresh(postgres(into, 'target')),
      engine: { lanes: [lanes] },
    });
  const between =
    route === 'duckdb'
      ? { type: 'duckdb', connection: 'between.duckdb', table: { schema: 'main', name: 'source' }, options: {} }
      : { type: 'files', options: { path: `between.${route}` }, table: { name: 'source' } };
  const out = {
    name: 'out',
    source: postgres(from, 'source'),
    sink: refresh({ ...between, options: { ...between.options, lineage: false } }),
  };
  const { table: _, ...files } = between;
  const back = { name: 'back', source: route === 'duckdb' ? between : files, sink: refresh(postgres(into, 'target')) };
  return (await passes(project, out)) && passes(project, back);
}

/** Carries one value; it is there as it was, or the target is as it was. Anything else is a failure of the test. */
async function outcomeOf(value: EdgeValue, from: FreshDatabase, into: FreshDatabase, route: Route): Promise<Outcome> {
  await seed(from, into, value);
  const project = tempProject();
  try {
    const passed = await carry(project, from, into, route);
    const there = await valuesOf(into, 'target');
    const what = `${value.type}, ${value.name}, by ${route}`;
    if (passed) expect(there, what).to.deep.equal(await valuesOf(from, 'source'));
    else expect(there, `${what}: refused, so nothing changes`).to.deep.equal([{ id: '-1', value: '', missing: 't' }]);
    return passed ? 'exact' : 'refused';
  } finally {
    project.remove();
  }
}

const withTypes = async (major: PostgresMajor): Promise<FreshDatabase> => {
  const db = await freshDatabase({ major });
  await query(db.uri, EDGE_TYPES);
  return db;
};

const majors = await postgresMajors();
const oldest = majors.toSorted((a, b) => a - b)[0]!;
const newest = majors.toSorted((a, b) => b - a)[0]!;

describe('edge values of Postgres are kept or refused, never changed', function () {
  this.timeout(300_000);
  const had = (major: number) => EDGE_VALUES.filter((value) => (value.since ?? 0) <= major);
  let from: FreshDatabase;
  let into: FreshDatabase;
  const table = new Map<EdgeValue, Partial<Record<Route, Outcome>>>();

  before(async () => {
    [from, into] = await Promise.all([withTypes(newest), withTypes(newest)]);
    // What a database or a role is set to must not change a value.
    for (const [db, style] of [
      [from, 'German, DMY'],
      [into, 'SQL, MDY'],
    ] as const)
      for (const setting of [
        `DateStyle = '${style}'`,
        "IntervalStyle = 'postgres_verbose'",
        "TimeZone = 'America/St_Johns'",
        'extra_float_digits = -3',
        "bytea_output = 'escape'",
      ])
        await query(db.uri, `ALTER DATABASE "${db.name}" SET ${setting}`);
  });
  after(() => Promise.all([from?.drop(), into?.drop()]));

  it('there are at least 37 of them', () => expect(EDGE_VALUES.length).to.be.at.least(37));

  for (const route of [...LANES, ...FORMATS])
    it(`by ${route}`, async () => {
      for (const value of had(newest)) {
        const outcome = await outcomeOf(value, from, into, route);
        table.set(value, { ...table.get(value), [route]: outcome });
      }
      const kept = [...table.values()].filter((outcomes) => outcomes[route] === 'exact').length;
      if (route === 'pg-copy-text') expect(kept, 'COPY text keeps all').to.equal(had(newest).length);
    });

  it(`from Postgres ${oldest} to ${newest}, each on the lane that is planned`, async () => {
    await using old = await withTypes(oldest);
    for (const value of had(oldest)) {
      await seed(old, into, value);
      const project = tempProject();
      try {
        const manifest = { name: 'up', source: postgres(old, 'source'), sink: refresh(postgres(into, 'target')) };
        expect(await passes(project, manifest), `${value.type}, ${value.name}`).to.equal(true);
        const [a, b] = [await valuesOf(old, 'source'), await valuesOf(into, 'target')];
        expect(b, `${value.type}, ${value.name}`).to.deep.equal(a);
      } finally {
        project.remove();
      }
    }
  });

  it('the page says what each way keeps', () => {
    const routes: readonly Route[] = [...LANES, ...FORMATS];
    const lines = had(newest).map((value) => {
      const outcomes = routes.map((route) => table.get(value)?.[route] ?? '-');
      return `| \`${value.type}\` | ${value.name} | ${outcomes.join(' | ')} |`;
    });
    const head = ['type', 'value', ...routes];
    const page = [readFileSync(PAGE, 'utf8').split('<!-- table -->')[0]!.trimEnd(), '', '<!-- table -->', ''];
    const text = [...page, `| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...lines, ''].join(
      '\n',
    );
    if (process.env['DPONE_WRITE_PAGES'] !== undefined) writeFileSync(PAGE, text);
    expect(unpadded(readFileSync(PAGE, 'utf8')), 'DPONE_WRITE_PAGES=1 npm test writes it anew').to.equal(
      unpadded(text),
    );
  });
});

/** The formatter aligns tables. */
const unpadded = (text: string): string => text.replaceAll(/ +\|/g, ' |').replaceAll(/-+/g, '-');
