import { conformance, type SourceScenario } from '@dpone/testkit';
import { kafkaMissing, openKafka, type TestKafka } from '@dpone/test-services';
import { kafkaSource } from '../dist/definitions.js';
import { copyTextCodec } from './support/copy-text-codec.js';
import { jsonMessages } from './support/json-fixture.js';

const WITHOUT_ROWS = 'JSON messages say their columns themselves: a topic without one has none to say';

const skipReason = await kafkaMissing();

describe('the kafka source shows the kit behaviours, JSON', function () {
  this.timeout(60_000);
  let kafka: TestKafka;
  before(async function () {
    if (skipReason !== undefined) {
      Object.assign(this.runnable().parent!, { skipReason });
      this.skip();
    }
    kafka = await openKafka();
  });
  after(() => kafka?.close());

  const source: SourceScenario = {
    kind: 'source',
    id: 'kafka',
    definition: kafkaSource,
    // Guessed types are those of JSON: what it holds as text or as a document of its own is tested with stated columns.
    holds: ({ type }) =>
      !['bytes', 'array', 'struct', 'map'].includes(type.kind) && !(type.kind === 'decimal' && type.precision > 15),
    seed: async (fixture) => {
      const topic = kafka.name();
      await kafka.create(topic, 3);
      await kafka.send(topic, jsonMessages(fixture));
      return { connection: kafka.brokers, options: { metadata: [] }, table: { name: topic } };
    },
    missing: () => ({ connection: kafka.brokers, table: { name: 'absent' } }),
    unreachable: () => ({
      connection: { bootstrap_servers: '127.0.0.1:1', connect_timeout: 1 },
      table: { name: 'orders' },
    }),
    codecs: [copyTextCodec],
    waivers: [{ behaviour: 'source.reads-empty', reason: WITHOUT_ROWS }],
  };
  for (const one of conformance(source)) it(one.name, one.run);
});
