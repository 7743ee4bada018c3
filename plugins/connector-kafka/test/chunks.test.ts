import { bytesRead, kafkaMissing, openKafka, type TestKafka } from '@dpone/test-services';
import type { Predicate } from '@dpone/sdk';
import { expect } from 'chai';
import { takeFrom, type SourceOf, type Taken } from './support/use-source.js';

const skipReason = await kafkaMissing();
const MESSAGES = 3000;
const SIZE = 1000;
const EACH = 20;
const FETCH = 131_072;
const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const at = (ms: number): string => new Date(ms).toISOString();

const window = (column: string, from: string | number, to: string | number): Predicate => ({
  op: 'and',
  all: [
    { op: 'ge', column, value: from },
    { op: 'lt', column, value: to },
  ],
});

interface Chunk {
  readonly bytes: number;
  readonly taken: Taken;
}

describe('a chunk of a topic', function () {
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

  const topicOf = async (partitions: number, config: Record<string, string> = {}): Promise<SourceOf> => {
    const topic = kafka.name('chunks');
    await kafka.create(topic, partitions, config);
    return { connection: kafka.brokers, topic, options: { message_format: 'string', fetch_max_bytes: FETCH } };
  };
  /** Some messages a batch: a broker sends no less than one. */
  const fill = async ({ topic }: SourceOf, partitions: number, timeOf: (i: number) => number | undefined) => {
    const texts = Array.from({ length: MESSAGES }, (_, i) => `${i} `.padEnd(SIZE, String(i % 7)));
    for (let from = 0; from < MESSAGES; from += EACH)
      await kafka.send(
        topic,
        texts.slice(from, from + EACH).map((value, n) => {
          const time = timeOf(from + n);
          return { value, partition: n % partitions, ...(time === undefined ? {} : { timestamp: String(time) }) };
        }),
      );
  };
  const chunk = async (of: SourceOf, where: Predicate): Promise<Chunk> => {
    const { bytes, result } = await bytesRead(() => takeFrom(of, { scope: 'all', where }));
    return { bytes, taken: result };
  };
  const chunks = async (of: SourceOf, windows: readonly Predicate[]): Promise<Chunk[]> => {
    const all: Chunk[] = [];
    for (const where of windows) all.push(await chunk(of, where));
    return all;
  };
  const total = (all: readonly Chunk[]): number => all.reduce((sum, { bytes }) => sum + bytes, 0);
  const numbers = (all: readonly Chunk[]): number[] =>
    all
      .flatMap(({ taken }) => taken.rows.map((row) => Number.parseInt(String(row['value']), 10)))
      .toSorted((a, b) => a - b);
  const EVERY = Array.from({ length: MESSAGES }, (_, i) => i);
  /** What a chunk fetches beside its messages: a response or two more of each partition, and who the brokers are. */
  const BESIDE = 5 * FETCH;

  it('by offsets or by partitions is fetched alone', async () => {
    const of = await topicOf(2);
    await fill(of, 2, () => START);
    const half = MESSAGES / 2;
    const byOffset = await chunks(
      of,
      [0, 1, 2, 3, 4].map((n) => window('kafka_offset', (half / 5) * n, (half / 5) * (n + 1))),
    );
    expect(numbers(byOffset)).to.eql(EVERY);
    for (const { bytes } of byOffset) expect(bytes).to.be.below((MESSAGES * SIZE) / 5 + BESIDE);
    const byPartition = await chunks(of, [window('kafka_partition', 0, 1), window('kafka_partition', 1, 2)]);
    expect(numbers(byPartition)).to.eql(EVERY);
    for (const { bytes } of byPartition) expect(bytes).to.be.below((MESSAGES * SIZE) / 2 + BESIDE);
    const none = await chunk(of, window('kafka_offset', half, half + 100));
    expect(none.taken.read.partitions).to.eql([]);
    expect(none.bytes).to.be.below(BESIDE);
  });

  it('by a time that producers gave begins there, and finds what came late', async () => {
    const of = await topicOf(1);
    // The last message of each hundred is older than all before it.
    await fill(of, 1, (i) => START + (i % 100 === 99 ? Math.floor(i / 2) : i) * 1000);
    const steps = [0, 1, 2, 3, 4, 5].map((n) => START + n * 600_000);
    const all = await chunks(
      of,
      steps.slice(1).map((to, n) => window('kafka_timestamp', at(steps[n]!), at(to))),
    );
    expect(numbers(all)).to.eql(EVERY);
    for (const [n, { bytes }] of all.entries())
      expect(bytes).to.be.below(MESSAGES * SIZE * (1 - n / 5) + BESIDE, `chunk ${n}`);
    expect(total(all)).to.be.above(3 * MESSAGES * SIZE);
    const later = await chunk(of, window('kafka_timestamp', at(START + HOUR), at(START + 2 * HOUR)));
    expect(later.bytes).to.be.below(BESIDE);
  });

  it('by a time that the broker gave ends there, too', async () => {
    const of = await topicOf(2, { 'message.timestamp.type': 'LogAppendTime' });
    await fill(of, 2, () => undefined);
    const now = Date.now();
    const all = await chunks(of, [
      window('kafka_timestamp', at(now - 6 * HOUR), at(now - 4 * HOUR)),
      window('kafka_timestamp', at(now - 4 * HOUR), at(now - 2 * HOUR)),
      window('kafka_timestamp', at(now - 2 * HOUR), at(now + 2 * HOUR)),
      window('kafka_timestamp', at(now + 2 * HOUR), at(now + 4 * HOUR)),
    ]);
    expect(numbers(all)).to.eql(EVERY);
    for (const n of [0, 1, 3]) expect(all[n]!.bytes, `chunk ${n}`).to.be.below(BESIDE);
  });

  it('keeps the end of the topic where producers gave the time before the broker did', async () => {
    const of = await topicOf(1);
    const now = Date.now();
    // In the future of what the broker stamps, and so before it for every search by time.
    await kafka.send(of.topic, [
      { value: '0', timestamp: String(now) },
      { value: '1', timestamp: String(now - 9 * HOUR) },
    ]);
    await kafka.admin.alterConfigs({
      validateOnly: false,
      resources: [
        { type: 2, name: of.topic, configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }] },
      ],
    });
    await kafka.send(of.topic, [{ value: '2' }]);
    const all = await chunks(of, [
      window('kafka_timestamp', at(now - 10 * HOUR), at(now - 5 * HOUR)),
      window('kafka_timestamp', at(now - 5 * HOUR), at(now + 5 * HOUR)),
    ]);
    expect(all.map(({ taken }) => taken.rows.length)).to.eql([1, 2]);
    expect(numbers(all)).to.eql([0, 1, 2]);
  });

  it('has the columns that the topic has, also where nothing lies in it', async () => {
    const of = { ...(await topicOf(1)), options: {} };
    await kafka.send(of.topic, [{ value: '{"a":1}' }, { value: '{"a":2,"b":"x"}' }]);
    const columns = async (where: Predicate): Promise<string[]> =>
      (await takeFrom(of, { scope: 'all', where })).read.schema.columns.map(({ name }) => name);
    expect(await columns(window('kafka_offset', 0, 1))).to.include.members(['a', 'b']);
    expect(await columns(window('kafka_offset', 9, 12))).to.include.members(['a', 'b']);
  });
});
