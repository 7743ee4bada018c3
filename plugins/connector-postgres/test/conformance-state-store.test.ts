import { conformance, type StateStoreScenario } from '@dpone/testkit';
import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { postgresStateStore } from '../dist/definitions.js';

describe('the postgres state store shows the kit behaviours', function () {
  this.timeout(60_000);
  let db: FreshDatabase;
  let places = 0;
  before(async () => {
    db = await freshDatabase();
  });
  after(() => db?.drop());

  const scenario: StateStoreScenario = {
    kind: 'stateStore',
    id: 'postgres',
    definition: postgresStateStore,
    // A schema that is not there yet: its first writers make it, all at once.
    place: () => ({ connection: db.uri, options: { table: { schema: `state ${++places}`, name: "it's" } } }),
    unreachable: () => ({ connection: 'postgres://nobody@127.0.0.1:1/none?connect_timeout=2' }),
  };
  for (const one of conformance(scenario)) it(one.name, one.run);
});
