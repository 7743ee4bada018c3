import { EDGE_TYPES, EDGE_VALUES, type EdgeValue } from '@dpone/testkit';
import { freshDatabase, postgresMajors, type FreshDatabase, type PostgresMajor } from '@dpone/test-services';
import { expect } from 'chai';
import { query } from '../crash/postgres-shop.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import {
  edgesOf,
  expectTable,
  outcomeOf,
  passes,
  postgresSide,
  refresh,
  seedEdge,
  type Outcome,
} from './edge-table.js';

const LANES = ['pg-copy-binary', 'pg-copy-text', 'rows'] as const;
const FORMATS = ['duckdb', 'parquet', 'csv', 'jsonl'] as const;
type Route = (typeof LANES)[number] | (typeof FORMATS)[number];

async function carry(project: TempProject, from: FreshDatabase, into: FreshDatabase, route: Route): Promise<boolean> {
  const lanes = LANES.find((lane) => lane === route);
  if (lanes !== undefined)
    return passes(project, {
      name: 'straight',
      source: postgresSide(from, 'source'),
      sink: refresh(postgresSide(into, 'target')),
      engine: { lanes: [lanes] },
    });
  const between =
    route === 'duckdb'
      ? { type: 'duckdb', connection: 'between.duckdb', table: { schema: 'main', name: 'source' }, options: {} }
      : { type: 'files', options: { path: `between.${route}` }, table: { name: 'source' } };
  const out = {
    name: 'out',
    source: postgresSide(from, 'source'),
    sink: refresh({ ...between, options: { ...between.options, lineage: false } }),
  };
  const { table: _, ...files } = between;
  const back = {
    name: 'back',
    source: route === 'duckdb' ? between : files,
    sink: refresh(postgresSide(into, 'target')),
  };
  return (await passes(project, out)) && passes(project, back);
}

async function carryOne(value: EdgeValue, from: FreshDatabase, into: FreshDatabase, route: Route): Promise<Outcome> {
  await seedEdge(from, into, value, true);
  const project = tempProject();
  try {
    const passed = await carry(project, from, into, route);
    return await outcomeOf(from, into, `${value.type}, ${value.name}, by ${route}`, passed);
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
        const outcome = await carryOne(value, from, into, route);
        table.set(value, { ...table.get(value), [route]: outcome });
      }
      const kept = [...table.values()].filter((outcomes) => outcomes[route] === 'exact').length;
      if (route === 'pg-copy-text') expect(kept, 'COPY text keeps all').to.equal(had(newest).length);
    });

  it(`from Postgres ${oldest} to ${newest}, each on the lane that is planned`, async () => {
    await using old = await withTypes(oldest);
    for (const value of had(oldest)) {
      await seedEdge(old, into, value, true);
      const project = tempProject();
      try {
        const manifest = {
          name: 'up',
          source: postgresSide(old, 'source'),
          sink: refresh(postgresSide(into, 'target')),
        };
        expect(await passes(project, manifest), `${value.type}, ${value.name}`).to.equal(true);
        const [a, b] = [await edgesOf(old, 'source'), await edgesOf(into, 'target')];
        expect(b, `${value.type}, ${value.name}`).to.deep.equal(a);
      } finally {
        project.remove();
      }
    }
  });

  it('the page says what each way keeps', () => {
    const routes: readonly Route[] = [...LANES, ...FORMATS];
    const rows = had(newest).map((value) => {
      const outcomes = routes.map((route) => table.get(value)?.[route] ?? '-');
      return [`\`${value.type}\``, value.name, ...outcomes];
    });
    expectTable('postgres-fidelity.md', ['type', 'value', ...routes], rows);
  });
});
