import { duckdbCodec } from '@dpone/connector-duckdb';
import { defineSink, type LaneOffer } from '@dpone/sdk';
import { conformance, type SinkScenario } from '@dpone/testkit';
import { freshClickHouse, type FreshClickHouse } from '@dpone/test-services';
import { clickhouseSink } from '../dist/definitions.js';
import { physicalName } from '../dist/types.js';
import { inReach } from './support/in-reach.js';
import { readTable } from './support/read-table.js';
import { requireClickHouse } from './support/require-clickhouse.js';

/** The sink with some of its lanes alone, so that each is held against the kit and not only the cheapest. */
const withLanes = (takes: (offer: LaneOffer) => boolean): typeof clickhouseSink =>
  defineSink({
    ...clickhouseSink,
    create: async (ctx) => {
      const sink = await clickhouseSink.create(ctx);
      const accepts = sink.accepts.bind(sink);
      sink.accepts = (columns) => accepts(columns).filter(takes);
      return sink;
    },
  });

const LANES: Readonly<Record<string, (offer: LaneOffer) => boolean>> = {
  parquet: (offer) => offer.id === 'parquet' || offer.id === 'rows',
  rows: (offer) => offer.id === 'rows',
};

for (const [lanes, takes] of Object.entries(LANES))
  describe(`the clickhouse sink by ${lanes} shows the kit behaviours`, function () {
    this.timeout(120_000);
    let db: FreshClickHouse;
    let places = 0;
    before(requireClickHouse);
    before(async () => {
      db = await freshClickHouse();
    });
    after(() => db?.drop());

    const sink: SinkScenario = {
      kind: 'sink',
      id: 'clickhouse',
      definition: withLanes(takes),
      codecs: [duckdbCodec],
      reaches: inReach,
      holds: (column) => 'type' in physicalName(column.type),
      place: async (name) => {
        // A database of each case's own, in which the kit looks for what a load leaves behind.
        const schema = `${db.name}_${++places}`;
        await db.server.sql(`CREATE DATABASE ${schema}`);
        return { connection: db.uri, table: { schema, name } };
      },
      rows: (place) => readTable(db, place.table!),
      tables: async (place) => {
        const rows = await db.server.sql(`SHOW TABLES FROM ${place.table!.schema!}`);
        return rows.map((row) => String(row['name']));
      },
      unreachable: () => ({ connection: 'clickhouse://nobody@127.0.0.1:1/none', table: { name: 'orders' } }),
    };
    for (const one of conformance(sink)) it(one.name, one.run);
  });
