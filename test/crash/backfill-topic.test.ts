import kafkaPlugin from '@dpone/connector-kafka';
import { bytesRead, kafkaMissing, openKafka, type TestKafka } from '@dpone/test-services';
import { expect } from 'chai';
import { queryDuckdb } from '../support/duckdb.js';
import { load } from '../support/engine-host.js';
import { skipWithout } from '../support/skip-without.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

const missing = await kafkaMissing();

const MESSAGES = 3000;
const SIZE = 1000;
const EACH = 20;
const TOPIC = MESSAGES * SIZE;
const START = Date.UTC(2026, 0, 1);
const day = (n: number): string => new Date(START + n * 86_400_000).toISOString().slice(0, 10);

/** A message an hour of ten days, over and over; every hundredth comes a day late. */
const timeOf = (i: number): number =>
  START + Math.floor((i * 240) / MESSAGES) * 3_600_000 - (i % 100 === 99 ? 86_400_000 : 0);

describe('a backfill of a topic', function () {
  this.timeout(120_000);
  let kafka: TestKafka;
  let project: TempProject;
  let topic: string;
  before(async function () {
    skipWithout(this, missing);
    project = tempProject();
    kafka = await openKafka();
    topic = kafka.name('backfill');
    await kafka.create(topic, 1);
    for (let from = 0; from < MESSAGES; from += EACH)
      await kafka.send(
        topic,
        Array.from({ length: EACH }, (_, n) => ({
          value: `${from + n} `.padEnd(SIZE, '-'),
          timestamp: String(timeOf(from + n)),
        })),
      );
  });
  after(async () => {
    await kafka?.close();
    project?.remove();
  });

  const backfill = async (table: string, chunk: object): Promise<number> => {
    const options = { message_format: 'string', fetch_max_bytes: 131_072 };
    const strategy = { mode: 'backfill', backfill: { inner_mode: 'replace', chunk } };
    const { bytes, result } = await bytesRead(() =>
      load(
        project,
        {
          name: table,
          source: { type: 'kafka', connection: kafka.brokers, topic, options },
          sink: { type: 'duckdb', connection: 'shop.duckdb', table, strategy },
        },
        [kafkaPlugin],
      ),
    );
    expect(result.passed, JSON.stringify(result.result.errors)).to.equal(true);
    const [rows] = await queryDuckdb(
      project.file('shop.duckdb'),
      `select count(*)::int as n, count(distinct kafka_offset)::int as ids, sum(kafka_offset)::bigint::text as sum from ${table}`,
    );
    expect(rows, 'every message once').to.deep.equal({
      n: MESSAGES,
      ids: MESSAGES,
      sum: String((MESSAGES * (MESSAGES - 1)) / 2),
    });
    return bytes;
  };

  it('by offset fetches it once, and a little more for each chunk', async () => {
    const bytes = await backfill('by_offset', { column: 'kafka_offset', from: 0, to: MESSAGES, step: MESSAGES / 10 });
    expect(bytes).to.be.within(TOPIC, 2 * TOPIC);
  });

  it('by the time of producers fetches what lies behind the beginning of each chunk', async () => {
    const bytes = await backfill('by_time', { column: 'kafka_timestamp', from: day(-1), to: day(10), step: '1 day' });
    // Eleven chunks would be eleven times the topic.
    expect(bytes).to.be.within(5 * TOPIC, 8 * TOPIC);
  });
});
