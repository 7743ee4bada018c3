import { duckdbCodec } from '@dpone/connector-duckdb';
import { defineSink, type LaneOffer } from '@dpone/sdk';
import { conformance, type SinkScenario } from '@dpone/testkit';
import { freshDatabase, postgresMajors, type FreshDatabase } from '@dpone/test-services';
import { postgresSink } from '../dist/definitions.js';
import { physicalName } from '../dist/types.js';
import { readTable } from './support/read-table.js';
import { pgCopyWriter } from './support/pg-copy-writer.js';

/** The sink with some of its lanes alone, so that each is held against the kit and not only the cheapest. */
const withLanes = (takes: (offer: LaneOffer) => boolean): typeof postgresSink =>
  defineSink({
    ...postgresSink,
    create: async (ctx) => {
      const sink = await postgresSink.create(ctx);
      const accepts = sink.accepts.bind(sink);
      sink.accepts = (columns) => accepts(columns).filter(takes);
      return sink;
    },
  });

const LANES: Readonly<Record<string, (offer: LaneOffer) => boolean>> = {
  'the cheapest lane': () => true,
  'pg-copy-text': (offer) => offer.id === 'pg-copy-text' || offer.id === 'rows',
  'pulled parquet': (offer) => offer.transport === 'pull' || offer.id === 'rows',
  rows: (offer) => offer.id === 'rows',
};

for (const major of await postgresMajors())
  for (const [lanes, takes] of Object.entries(LANES))
    describe(`the postgres sink by ${lanes} shows the kit behaviours on Postgres ${major}`, function () {
      this.timeout(120_000);
      let db: FreshDatabase;
      let places = 0;
      before(async () => {
        db = await freshDatabase({ major });
      });
      after(() => db?.drop());

      const sink: SinkScenario = {
        kind: 'sink',
        id: 'postgres',
        definition: withLanes(takes),
        codecs: [duckdbCodec, pgCopyWriter(() => db.uri)],
        holds: ({ type }) => 'type' in physicalName(type),
        place: (name, { workdir }) => {
          const schema = `s${++places}`;
          void workdir;
          return { connection: db.uri, table: { schema, name } };
        },
        rows: (place) => readTable(db, place.table!),
        tables: async (place) => {
          const rows = await db.sql(
            `SELECT tablename AS name FROM pg_tables WHERE schemaname = '${place.table!.schema!}'`,
          );
          return rows.map((row) => String(row['name']));
        },
        unreachable: () => ({
          connection: 'postgres://nobody@127.0.0.1:1/none?connect_timeout=2',
          table: { name: 'orders' },
        }),
      };
      // What finalize does with staging is the same whatever lane filled it.
      const cases = conformance(sink).filter(
        ({ behaviour }) => lanes === 'the cheapest lane' || !behaviour.startsWith('sink.follows.'),
      );
      for (const one of cases) it(one.name, one.run);
    });
