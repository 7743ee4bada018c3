import { freshMssql, mssqlMissing, type FreshMssql } from '@dpone/test-services';
import { conformance, type SourceScenario } from '@dpone/testkit';
import { mssqlSource } from '../dist/definitions.js';
import { physicalName } from '../dist/types.js';
import { createTable, insertRows, quote } from './support/seed-table.js';
import { skipWithout } from './support/skip-without.js';
import { SOURCE_WAIVERS } from './support/stand-in.js';

describe('the mssql source shows the kit behaviours on a server', function () {
  this.timeout(120_000);
  let db: FreshMssql;
  let tables = 0;
  before(async function () {
    skipWithout(this, mssqlMissing());
    db = await freshMssql();
  });
  after(() => db?.drop());

  const source: SourceScenario = {
    kind: 'source',
    id: 'mssql',
    definition: mssqlSource,
    waivers: SOURCE_WAIVERS,
    holds: ({ type }) => 'type' in physicalName(type),
    seed: async (fixture) => {
      const name = `${fixture.name} ${++tables}`;
      await db.sql(createTable(quote(name), fixture) + insertRows(quote(name), fixture));
      return { connection: db.uri, table: { name } };
    },
    append: async (place, fixture) => {
      await db.sql(insertRows(quote(place.table!.name), fixture));
    },
    missing: () => ({ connection: db.uri, table: { name: 'absent' } }),
    unreachable: () => ({
      connection: 'mssql://nobody:none@127.0.0.1:1/none',
      options: { connect_timeout_ms: 2000 },
      table: { name: 'orders' },
    }),
  };
  for (const one of conformance(source)) it(one.name, one.run);
});
