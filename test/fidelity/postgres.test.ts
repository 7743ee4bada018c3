import { EDGE_TYPES, EDGE_VALUES, type EdgeValue } from '@dpone/testkit';
import { freshDatabase, postgresMajors, type FreshDatabase, type PostgresMajor } from '@dpone/test-services';
import { expect } from 'chai';
import { query } from '../crash/postgres-shop.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import {
  expectTable,
  outcomeOf,
  outcomesOf,
  passes,
  postgresSide,
  refresh,
  saidOf,
  seedEdges,
  type EdgeRows,
  type Outcome,
} from './edge-table.js';

const PAGE = 'postgres-fidelity.md';

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

/**
 * A lane that is asked for takes a table of all types. By way of another system each type finds a lane of its own; of
 * JSON the type of a column is found by its values, so there each value goes alone.
 */
const togetherBy = (route: Route): 'below' | 'beside' | 'alone' =>
  route === 'jsonl' ? 'alone' : LANES.some((lane) => lane === route) ? 'beside' : 'below';

async function carryEdges(
  edges: EdgeRows,
  what: string,
  from: FreshDatabase,
  into: FreshDatabase,
  route: Route,
): Promise<Outcome> {
  await seedEdges(from, into, edges, true);
  const project = tempProject();
  try {
    const passed = await carry(project, from, into, route);
    return await outcomeOf(from, into, edges, `${what}, by ${route}`, passed);
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
      const outcomes = await outcomesOf(had(newest), saidOf(PAGE, route), togetherBy(route), (edges, what) =>
        carryEdges(edges, what, from, into, route),
      );
      for (const [value, outcome] of outcomes) table.set(value, { ...table.get(value), [route]: outcome });
      const kept = [...outcomes.values()].filter((outcome) => outcome === 'exact').length;
      if (route === 'pg-copy-text') expect(kept, 'COPY text keeps all').to.equal(had(newest).length);
    });

  it(`from Postgres ${oldest} to ${newest}, each on the lane that is planned`, async () => {
    await using old = await withTypes(oldest);
    // Each by the lane that it would take alone: one type that is not for the binary form of COPY sends all by the text.
    const binary = saidOf(PAGE, 'pg-copy-binary');
    for (const lane of ['exact', 'refused'] as const) {
      const values = had(oldest).filter((value) => binary(value) === lane);
      await outcomesOf(
        values,
        () => 'exact',
        'beside',
        async (edges, what) => {
          await seedEdges(old, into, edges, true);
          const project = tempProject();
          try {
            const source = postgresSide(old, 'source');
            const passed = await passes(project, { name: 'up', source, sink: refresh(postgresSide(into, 'target')) });
            expect(passed, what).to.equal(true);
            return await outcomeOf(old, into, edges, what, passed);
          } finally {
            project.remove();
          }
        },
      );
    }
  });

  it('the page says what each way keeps', () => {
    const routes: readonly Route[] = [...LANES, ...FORMATS];
    const rows = had(newest).map((value) => {
      const outcomes = routes.map((route) => table.get(value)?.[route] ?? '-');
      return [`\`${value.type}\``, value.name, ...outcomes];
    });
    expectTable(PAGE, ['type', 'value', ...routes], rows);
  });
});
