import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseExactJson, isRawNumber, type Column } from '@dpone/sdk';
import { conformance, type Row, type SinkScenario } from '@dpone/testkit';
import { kafkaMissing, openKafka, type TestKafka } from '@dpone/test-services';
import { kafkaSink } from '../dist/definitions.js';
import { fromJson, orNull } from '../dist/decode/to-canonical.js';

const BY_KEY = 'capabilities.appendsByKey is false: messages of a topic are not matched by key';

const skipReason = await kafkaMissing();

describe('the kafka sink shows the kit behaviours', function () {
  this.timeout(60_000);
  let kafka: TestKafka;
  /** The columns of each target by topic, as the ledger says them. */
  before(async function () {
    if (skipReason !== undefined) {
      Object.assign(this.runnable().parent!, { skipReason });
      this.skip();
    }
    kafka = await openKafka();
  });
  after(() => kafka?.close());

  const sink: SinkScenario = {
    kind: 'sink',
    id: 'kafka',
    definition: kafkaSink,
    place: (name) => ({
      connection: kafka.brokers,
      table: { name: kafka.name(name.replaceAll(/[^\w.-]/g, '_')) },
      options: { partitions: 3 },
    }),
    rows: async (place) => {
      const topic = place.table!.name;
      const messages = await kafka.read(topic);
      if (messages === null) return null;
      const ledger = (await kafka.read(`__dpone__.${topic}`)) ?? [];
      const said = ledger.findLast((m) => m.key === 'columns/columns')?.value;
      return messages.map(({ value }) => rowOf(value!, (said ?? null) === null ? [] : (JSON.parse(said!) as Column[])));
    },
    tables: async (place, { workdir }) => [
      // Other tests use this broker meanwhile.
      ...(await kafka.admin.listTopics()).filter((topic) => topic.includes(place.table!.name)),
      ...(await readdir(join(workdir, '.dpone', 'kafka', place.table!.name)).catch(() => [])),
    ],
    unreachable: () => ({
      connection: { bootstrap_servers: '127.0.0.1:1', connect_timeout: 1 },
      table: { name: 'orders' },
    }),
    waivers: [{ behaviour: 'sink.finalize.append-of-new-keys', reason: BY_KEY }],
  };
  for (const one of conformance(sink)) it(one.name, one.run);
});

function rowOf(text: string, columns: readonly Column[]): Row {
  const object = parseExactJson(text) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const type = columns.find((c) => c.name === name)?.type;
      if (type !== undefined) return [name, orNull(fromJson(type))(value)];
      return [name, isRawNumber(value) ? value.rawJSON : value];
    }),
  );
}
