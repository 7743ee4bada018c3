import { duckdbCodec } from '@dpone/connector-duckdb';
import { conformance, type SourceScenario } from '@dpone/testkit';
import { freshDatabase, postgresMajors, type FreshDatabase } from '@dpone/test-services';
import { quoteIdent } from '@dpone/sdk';
import { postgresSource } from '../dist/definitions.js';
import { physicalName } from '../dist/types.js';
import { pgCopyCodec } from './support/pg-copy-codec.js';
import { createTable, insertRows } from './support/seed-table.js';

for (const major of await postgresMajors())
  describe(`the postgres source shows the kit behaviours on Postgres ${major}`, function () {
    this.timeout(120_000);
    let db: FreshDatabase;
    let tables = 0;
    before(async () => {
      db = await freshDatabase({ major });
    });
    after(() => db?.drop());

    const source: SourceScenario = {
      kind: 'source',
      id: 'postgres',
      definition: postgresSource,
      codecs: [duckdbCodec, pgCopyCodec(() => db.uri)],
      holds: ({ type }) => 'type' in physicalName(type),
      seed: async (fixture) => {
        const name = `${fixture.name} ${++tables}`;
        await db.sql(createTable(quoteIdent(name), fixture) + insertRows(quoteIdent(name), fixture));
        return { connection: db.uri, table: { name } };
      },
      append: async (place, fixture) => {
        await db.sql(insertRows(quoteIdent(place.table!.name), fixture));
      },
      missing: () => ({ connection: db.uri, table: { name: 'absent' } }),
      unreachable: () => ({
        connection: 'postgres://nobody@127.0.0.1:1/none?connect_timeout=2',
        table: { name: 'orders' },
      }),
    };
    for (const one of conformance(source)) it(one.name, one.run);
  });
