import { join } from 'node:path';
import { duckdbCodec, duckdbSink } from '@dpone/connector-duckdb';
import { postgresSink } from '@dpone/connector-postgres';
import { defineSink } from '@dpone/sdk';
import { followsModel, type Row, type SinkScenario } from '@dpone/testkit';
import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { queryDuckdb } from '../support/duckdb.js';
import { COURSES } from './course-arbitraries.js';

const TIMES = new Set(['since', '__dpone__valid_from_at', '__dpone__valid_to_at', '__dpone__deleted_at']);

/** Reads each column as the kit holds it: texts, but for bools. */
const values = (columns: readonly string[], instant: (name: string) => string): string =>
  columns
    .map((name) => {
      if (name === '__dpone__is_current') return `"${name}"`;
      return `${TIMES.has(name) ? instant(`"${name}"`) : `CAST("${name}" AS VARCHAR)`} AS "${name}"`;
    })
    .join(', ');

const FILE = 'target.duckdb';
const duckdb: SinkScenario = {
  kind: 'sink',
  id: 'duckdb',
  definition: duckdbSink,
  codecs: [duckdbCodec],
  place: (name) => ({ connection: FILE, table: { schema: 'main', name } }),
  rows: async (_place, { workdir }) => {
    const file = join(workdir, FILE);
    if (!existsSync(file)) return null;
    const found = await queryDuckdb(
      file,
      "SELECT column_name AS name FROM duckdb_columns() WHERE table_name = 'orders' ORDER BY column_index",
    );
    if (found.length === 0) return null;
    const columns = found.map(({ name }) => String(name));
    const instant = (name: string): string => `strftime(${name} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')`;
    return queryDuckdb(file, `SELECT ${values(columns, instant)} FROM orders`);
  },
  tables: async (_place, { workdir }) =>
    (await queryDuckdb(join(workdir, FILE), 'SELECT table_name AS name FROM duckdb_tables()')).map(({ name }) =>
      String(name),
    ),
};

/** By the rows lane: what finalize does is the same whatever lane filled staging. */
const byRows = defineSink({
  ...postgresSink,
  create: async (ctx) => {
    const sink = await postgresSink.create(ctx);
    const accepts = sink.accepts.bind(sink);
    sink.accepts = (columns) => accepts(columns).filter(({ id }) => id === 'rows');
    return sink;
  },
});

let places = 0;

function postgres(db: FreshDatabase): SinkScenario {
  return {
    kind: 'sink',
    id: 'postgres',
    definition: byRows,
    codecs: [duckdbCodec],
    place: (name) => ({ connection: db.uri, table: { schema: `s${++places}`, name } }),
    rows: async ({ table }) => {
      const found = await db.sql(
        `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = '${table!.schema!}' AND table_name = 'orders' ORDER BY ordinal_position`,
      );
      if (found.length === 0) return null;
      const columns = found.map(({ name }) => String(name));
      const instant = (name: string): string => `to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
      return db.sql<Row>(`SELECT ${values(columns, instant)} FROM ${table!.schema!}.orders`);
    },
    tables: async ({ table }) =>
      (await db.sql(`SELECT tablename AS name FROM pg_tables WHERE schemaname = '${table!.schema!}'`)).map(({ name }) =>
        String(name),
      ),
  };
}

describe('courses of loads end as the model says, whatever they bring', function () {
  this.timeout(240_000);
  let db: FreshDatabase;
  before(async () => {
    db = await freshDatabase();
  });
  after(() => db?.drop());

  for (const [name, course] of Object.entries(COURSES)) {
    it(`${name}, in DuckDB`, () =>
      fc.assert(
        fc.asyncProperty(course, (one) => followsModel(duckdb, one)),
        { numRuns: 15 },
      ));
    it(`${name}, in Postgres`, () => {
      const scenario = postgres(db);
      return fc.assert(
        fc.asyncProperty(course, (one) => followsModel(scenario, one)),
        { numRuns: 5 },
      );
    });
  }
});
