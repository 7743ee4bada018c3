import connector from '@dpone/connector-kafka';
import { PROTOCOL_STEPS } from '@dpone/engine';
import { freshDatabase, kafkaMissing, openKafka, type FreshDatabase, type TestKafka } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { linkPlugins } from '../support/link-plugin.js';
import { skipWithout } from '../support/skip-without.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { firstLoad } from './first-load.js';
import { expectCleanEnd } from './evidence.js';
import { expectCleanTopic, orderMessages } from './kafka-shop.js';
import { expectCleanServer, query, shopTable, upsert } from './postgres-shop.js';
import { day1, day2, day2New, mergedById, type Order } from './shop.js';

const RUN = ['run', 'orders.yml', '--format', 'json'];
const COLUMNS =
  '[{name: id, type: integer}, {name: customer, type: text}, {name: amount, type: "decimal(12,2)"}, {name: at, type: timestamp}]';
/** What no reader can read as an order: a message that is none, and a field that is no number. */
const BAD = ['{"id": 9001, "amou', '{"id": 9002, "customer": "x", "amount": "much", "at": "2026-01-02 00:00:00"}'];

interface Place {
  readonly kafka: TestKafka;
  readonly topic: string;
  readonly db: FreshDatabase;
  readonly project: TempProject;
}

/** A load from or into Kafka whose second day is killed at every step. */
interface KafkaScenario {
  readonly name: string;
  manifest(place: Place): string;
  day1?(place: Place): Promise<void>;
  day2(place: Place): Promise<void>;
  end(place: Place): Promise<void>;
}

const source = ({ kafka, topic }: Place): string =>
  `{type: kafka, connection: "${kafka.brokers}", topic: ${topic}, options: {metadata: [], columns: ${COLUMNS}}}`;

const produce =
  (orders: readonly Order[], bad: readonly string[] = []) =>
  async ({ kafka, topic }: Place): Promise<void> => {
    // Between what counts stands what never happened.
    await kafka.transact(topic, orderMessages(orders.slice(0, 5)), 'abort');
    await kafka.transact(topic, orderMessages(orders, bad), 'commit');
  };

const SCENARIOS: readonly KafkaScenario[] = [
  {
    name: 'Kafka to Postgres, appended, with quarantine',
    manifest: (place) => `
name: orders
source: ${source(place)}
sink: {type: postgres, connection: "${place.db.uri}", table: mart.orders, strategy: {mode: incremental_append}}
schema_contract: {enforcement: quarantine}
`,
    day1: produce(day1),
    day2: produce(day2New, BAD),
    end: ({ project, db }) => expectCleanServer(project, db.uri, [...day1, ...day2New], BAD.length),
  },
  {
    name: 'Kafka to DuckDB, merged by key',
    manifest: (place) => `
name: orders
source: ${source(place)}
sink: {type: duckdb, connection: shop.duckdb, table: orders, strategy: {mode: incremental_merge, unique_key: id}}
`,
    day1: produce(day1),
    day2: produce(day2),
    end: ({ project }) =>
      expectCleanEnd(project, { expected: mergedById(day1, day2), rejected: 0 } as unknown as Parameters<
        typeof expectCleanEnd
      >[1]),
  },
  {
    name: 'Postgres to Kafka, appended by a column',
    manifest: ({ kafka, topic, db }) => `
name: orders
source: {type: postgres, connection: "${db.uri}", table: shop.orders, options: {incremental_column: id}}
sink: {type: kafka, connection: "${kafka.brokers}", topic: ${topic}-out, options: {key: id, partitions: 2}, strategy: {mode: incremental_append}}
`,
    day1: async ({ db }) => void (await query(db.uri, shopTable(day1))),
    day2: async ({ db }) => void (await query(db.uri, upsert(day2New))),
    end: ({ project, kafka, topic }) => expectCleanTopic(project, kafka, `${topic}-out`, [...day1, ...day2New]),
  },
  {
    name: 'Postgres to Kafka, full_refresh',
    manifest: ({ kafka, topic, db }) => `
name: orders
source: {type: postgres, connection: "${db.uri}", table: shop.orders}
sink: {type: kafka, connection: "${kafka.brokers}", topic: ${topic}-out, options: {key: id, partitions: 2}, strategy: {mode: full_refresh}}
`,
    day1: async ({ db }) => void (await query(db.uri, shopTable(day1))),
    day2: async ({ db }) => void (await query(db.uri, upsert(day2))),
    end: ({ project, kafka, topic }) => expectCleanTopic(project, kafka, `${topic}-out`, mergedById(day1, day2)),
  },
];

const missing = await kafkaMissing();

describe('a load from or into Kafka killed (SIGKILL) at any step of the protocol', function () {
  this.timeout(90_000);
  let kafka: TestKafka;
  before(async function () {
    skipWithout(this, missing);
    kafka = await openKafka();
  });
  after(() => kafka?.close());

  for (const scenario of SCENARIOS)
    describe(scenario.name, () => {
      for (const step of PROTOCOL_STEPS)
        it(`killed at ${step}, the next run ends right`, async () => {
          await using db = await freshDatabase();
          const project = tempProject();
          linkPlugins(project, 'connector-kafka');
          const place: Place = { kafka, topic: kafka.name('orders'), db, project };
          try {
            await kafka.create(place.topic, 2);
            project.write('orders.yml', scenario.manifest(place));
            await scenario.day1?.(place);
            await firstLoad(project, connector);
            await scenario.day2(place);

            const killed = await dpone(RUN, { cwd: project.path, env: { DPONE_FAULT_AT: step } });
            expect(killed.signal, `the step was not reached: ${killed.stdout}${killed.stderr}`).to.equal('SIGKILL');

            const next = await dpone(RUN, { cwd: project.path });
            expect(next.code, next.stdout + next.stderr).to.equal(0);
            await scenario.end(place);
          } finally {
            project.remove();
          }
        });
    });
});
