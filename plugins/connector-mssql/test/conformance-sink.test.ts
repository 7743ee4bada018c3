import { duckdbCodec } from '@dpone/connector-duckdb';
import { freshMssql, mssqlMissing, type FreshMssql } from '@dpone/test-services';
import { conformance, type SinkScenario } from '@dpone/testkit';
import { mssqlSink } from '../dist/definitions.js';
import { physicalName } from '../dist/types.js';
import { readTable } from './support/read-table.js';
import { skipWithout } from './support/skip-without.js';
import { SINK_WAIVERS } from './support/stand-in.js';

describe('the mssql sink shows the kit behaviours on a server', function () {
  this.timeout(120_000);
  let db: FreshMssql;
  let places = 0;
  before(async function () {
    skipWithout(this, mssqlMissing());
    db = await freshMssql();
  });
  after(() => db?.drop());

  const sink: SinkScenario = {
    kind: 'sink',
    id: 'mssql',
    definition: mssqlSink,
    waivers: SINK_WAIVERS,
    codecs: [duckdbCodec],
    holds: ({ type }) => 'type' in physicalName(type),
    place: (name) => ({ connection: db.uri, table: { schema: `s${++places}`, name } }),
    rows: (place) => readTable(db, place.table!),
    tables: async (place) => {
      const rows = await db.sql(
        `SELECT t.name AS name FROM sys.tables AS t WHERE SCHEMA_NAME(t.schema_id) = N'${place.table!.schema!}'`,
      );
      // A server may fold the case of names; a load's id is in capitals.
      return rows.map((row) => String(row['name']).replace(/[\da-z]{26}$/i, (id) => id.toUpperCase()));
    },
    unreachable: () => ({
      connection: 'mssql://nobody:none@127.0.0.1:1/none',
      options: { connect_timeout_ms: 2000 },
      table: { name: 'orders' },
    }),
  };
  for (const one of conformance(sink)) it(one.name, one.run);
});
