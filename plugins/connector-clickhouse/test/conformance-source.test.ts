import { duckdbCodec } from '@dpone/connector-duckdb';
import { defineSource } from '@dpone/sdk';
import { conformance, type SourceScenario } from '@dpone/testkit';
import { freshClickHouse, type FreshClickHouse } from '@dpone/test-services';
import { clickhouseSource } from '../dist/definitions.js';
import { ident } from '../dist/sql.js';
import { physicalName } from '../dist/types.js';
import { inReach } from './support/in-reach.js';
import { nativeCodec } from './support/native-codec.js';
import { requireClickHouse } from './support/require-clickhouse.js';
import { createTable, insertRows } from './support/seed-table.js';

/** Text for Postgres is held against a Postgres, in test/fidelity. */
const LANES: Readonly<Record<string, readonly string[]>> = {
  native: ['native', 'rows'],
  files: ['parquet', 'csv', 'tsv', 'rows'],
  rows: ['rows'],
};

const withLanes = (ids: readonly string[]): typeof clickhouseSource =>
  defineSource({
    ...clickhouseSource,
    create: async (ctx) => {
      const source = await clickhouseSource.create(ctx);
      const open = source.open.bind(source);
      source.open = async (request) => {
        const read = await open(request);
        return { ...read, lanes: read.lanes.filter((lane) => ids.includes(lane.id)) };
      };
      return source;
    },
  });

for (const [lanes, ids] of Object.entries(LANES))
  describe(`the clickhouse source by ${lanes} shows the kit behaviours`, function () {
    this.timeout(120_000);
    let db: FreshClickHouse;
    let tables = 0;
    before(requireClickHouse);
    before(async () => {
      db = await freshClickHouse();
    });
    after(() => db?.drop());

    const source: SourceScenario = {
      kind: 'source',
      id: 'clickhouse',
      definition: withLanes(ids),
      codecs: [duckdbCodec, nativeCodec(() => db.uri)],
      reaches: inReach,
      holds: (column) => 'type' in physicalName(column.type),
      seed: async (fixture) => {
        const name = `${fixture.name} ${++tables}`;
        await db.sql(createTable(ident(name), fixture));
        if (fixture.rows.length > 0) await db.sql(insertRows(ident(name), fixture));
        return { connection: db.uri, table: { name } };
      },
      append: async (place, fixture) => {
        await db.sql(insertRows(ident(place.table!.name), fixture));
      },
      missing: () => ({ connection: db.uri, table: { name: 'absent' } }),
      unreachable: () => ({ connection: 'clickhouse://nobody@127.0.0.1:1/none', table: { name: 'orders' } }),
    };
    for (const one of conformance(source)) it(one.name, one.run);
  });
