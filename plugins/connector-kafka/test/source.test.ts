import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaMissing, openKafka, type TestKafka } from '@dpone/test-services';
import { expect } from 'chai';
import { failure, request, take, takeFrom, useSource, type SourceOf } from './support/use-source.js';

const message = (id: number): { key: string; value: string } => ({ key: String(id), value: JSON.stringify({ id }) });
const ids = (rows: readonly Readonly<Record<string, unknown>>[]): number[] =>
  rows.map((row) => Number(row['id'])).toSorted((a, b) => a - b);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const skipReason = await kafkaMissing();

describe('the kafka source', function () {
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
    const topic = kafka.name();
    await kafka.create(topic, partitions, config);
    return { connection: kafka.brokers, topic, options: { metadata: [] } };
  };

  it('takes what came since the state, each message once, and nothing where nothing came', async () => {
    const of = await topicOf(3);
    await kafka.send(of.topic, range(1, 20).map(message));
    const first = await takeFrom(of);
    expect(ids(first.rows)).to.eql(range(1, 20));
    expect((await takeFrom(of, { state: first.state })).rows).to.eql([]);
    await kafka.send(of.topic, range(21, 25).map(message));
    const second = await takeFrom(of, { state: first.state });
    expect(ids(second.rows)).to.eql(range(21, 25));
    // A load that failed leaves the state as it was: the same messages come again.
    expect(ids((await takeFrom(of, { state: first.state })).rows)).to.eql(range(21, 25));
  });

  it('ends where the topic ended when it was opened, whatever comes meanwhile', async () => {
    const of = await topicOf(1);
    await kafka.send(of.topic, range(1, 5).map(message));
    await useSource(of, async (source) => {
      const read = await source.open(request());
      await kafka.send(of.topic, range(6, 9).map(message));
      const seen: unknown[] = [];
      for (const partition of read.partitions) {
        const data = await read.data(partition, { id: 'rows', transport: 'rows' });
        if (data.transport === 'rows') for await (const batch of data.batches) seen.push(...batch.columns[0]!);
      }
      expect(seen.map(Number)).to.eql(range(1, 5));
    });
  });

  it('shows committed transactions alone, and ends behind markers that deliver nothing', async () => {
    const of = await topicOf(2);
    await kafka.transact(of.topic, range(1, 6).map(message), 'commit');
    await kafka.transact(of.topic, range(100, 120).map(message), 'abort');
    await kafka.transact(of.topic, range(7, 9).map(message), 'commit');
    await kafka.transact(of.topic, range(200, 203).map(message), 'abort');
    const first = await takeFrom(of);
    expect(ids(first.rows)).to.eql(range(1, 9));
    // The end is behind the last marker.
    expect((await takeFrom(of, { state: first.state })).read.partitions).to.eql([]);
    const all = await takeFrom({ ...of, options: { metadata: [], isolation: 'read_uncommitted' } });
    expect(all.rows.length).to.equal(9 + 21 + 4);
  });

  it('reads partitions that were added since from their beginning', async () => {
    const of = await topicOf(1);
    await kafka.send(of.topic, range(1, 3).map(message));
    const { state } = await takeFrom({ ...of, options: { metadata: [], start_from: 'latest' } });
    await kafka.admin.createPartitions({ topicPartitions: [{ topic: of.topic, count: 4 }] });
    await sleep(500);
    await kafka.send(of.topic, range(4, 40).map(message));
    const next = await takeFrom(of, { state });
    expect(ids(next.rows)).to.eql(range(4, 40));
    expect(Object.keys((next.state as { partitions: object }).partitions)).to.eql(['0', '1', '2', '3']);
  });

  it('says what retention took behind the state, and goes on only where that is wanted', async () => {
    const of = await topicOf(1);
    await kafka.send(of.topic, range(1, 10).map(message));
    const { state } = await takeFrom({ ...of, options: { metadata: [], max_records: 3 } });
    await kafka.admin.fetchTopicOffsets(of.topic);
    await kafka.admin.deleteTopicRecords({ topic: of.topic, partitions: [{ partition: 0, offset: '6' }] });
    const { code, text } = await failure(() => takeFrom(of, { state }));
    expect(code).to.equal('DPONE_SOURCE_READ');
    expect(text).to.match(/begins at offset 6.*ended at 3.*on_removed: continue/);
    const rest = await takeFrom({ ...of, options: { metadata: [], on_removed: 'continue' } }, { state });
    expect(ids(rest.rows)).to.eql(range(7, 10));
  });

  it('refuses the state of another topic, another cluster and a topic that ends before it', async () => {
    const of = await topicOf(1);
    await kafka.send(of.topic, range(1, 2).map(message));
    const { state } = await takeFrom(of);
    const other = { ...(state as object), topic: 'other' };
    expect((await failure(() => takeFrom(of, { state: other }))).code).to.equal('DPONE_OPTION_CONFLICT');
    const far = { ...(state as object), cluster: 'another' };
    expect((await failure(() => takeFrom(of, { state: far }))).text).to.contain('another cluster');
    const ahead = { ...(state as object), partitions: { 0: 99 } };
    expect((await failure(() => takeFrom(of, { state: ahead }))).text).to.contain('ends at offset 2');
  });

  it('bounds a load by records and by time', async () => {
    const of = await topicOf(1);
    await kafka.send(
      of.topic,
      range(1, 4).map((id) => ({ ...message(id), timestamp: String(1_700_000_000_000 + id) })),
    );
    const two = await takeFrom({ ...of, options: { metadata: [], max_records: 2 } });
    expect(ids(two.rows)).to.eql([1, 2]);
    expect(
      ids((await takeFrom({ ...of, options: { metadata: [], max_records: 9 } }, { state: two.state })).rows),
    ).to.eql([3, 4]);
    const window = { time_window_start_ms: 1_700_000_000_002, time_window_end_ms: 1_700_000_000_004 };
    expect(ids((await takeFrom({ ...of, options: { metadata: [], ...window } })).rows)).to.eql([2, 3]);
  });

  it('says how much is new, and takes no more than it is asked for, of each partition as many', async () => {
    const of = await topicOf(3);
    const put = (partition: number, from: number, to: number) =>
      kafka.send(
        of.topic,
        range(from, to).map((id) => ({ ...message(id), partition })),
      );
    await put(0, 1, 50);
    await put(1, 51, 53);
    await useSource(of, async (source) => {
      expect(await source.pending!(null)).to.equal(53);
      const { rows, state } = await take(source, { maxRows: 10 });
      // Nothing of the third, three of the second, which has no more, and the rest of the first.
      expect(ids(rows)).to.eql([...range(1, 7), ...range(51, 53)]);
      expect(await source.pending!(state)).to.equal(43);
      const rest = await take(source, { state });
      expect(await source.pending!(rest.state)).to.equal(0);
      expect(rest.rows.length).to.equal(43);
      const none = await take(source, { state: rest.state });
      expect(none.read).to.deep.include({ partitions: [], schema: { columns: [] }, advance: { kind: 'none' } });
    });
  });

  it('keeps keys, headers, times and tombstones as columns', async () => {
    const of = await topicOf(1);
    await kafka.send(of.topic, [
      { key: 'a', value: '{"id":1}', timestamp: '1700000000123', headers: { h: ['x', 'y'], b: Buffer.from([255]) } },
      { key: 'a', value: null, timestamp: '1700000000124' },
      { key: null, value: '{"id":2}', timestamp: '1700000000125' },
    ]);
    const metadata = ['topic', 'partition', 'offset', 'timestamp', 'key', 'headers', 'tombstone'];
    const { rows } = await takeFrom({ ...of, options: { metadata } });
    expect(rows).to.eql([
      {
        id: 1n,
        kafka_topic: of.topic,
        kafka_partition: 0,
        kafka_offset: 0n,
        kafka_timestamp: '2023-11-14T22:13:20.123Z',
        kafka_key: 'a',
        kafka_headers: '[["h","x"],["h","y"],["b",{"base64":"/w=="}]]',
        kafka_tombstone: false,
      },
      {
        id: null,
        kafka_topic: of.topic,
        kafka_partition: 0,
        kafka_offset: 1n,
        kafka_timestamp: '2023-11-14T22:13:20.124Z',
        kafka_key: 'a',
        kafka_headers: null,
        kafka_tombstone: true,
      },
      {
        id: 2n,
        kafka_topic: of.topic,
        kafka_partition: 0,
        kafka_offset: 2n,
        kafka_timestamp: '2023-11-14T22:13:20.125Z',
        kafka_key: null,
        kafka_headers: null,
        kafka_tombstone: false,
      },
    ]);
    const skipping = await takeFrom({ ...of, options: { metadata: [], tombstones: 'skip' } });
    expect(ids(skipping.rows)).to.eql([1, 2]);
  });

  it('sets poison messages aside with topic, partition and offset, or ends at the first', async () => {
    const of = await topicOf(1);
    const bad = ['{"id": 3, ', '[4]', '{"id":"five"}', '{"id":6,"new":true}', Buffer.from([0x7b, 0xff, 0x7d])];
    const hint = { columns: [{ name: 'id', type: { kind: 'int64' }, nullable: true }] } as const;
    await kafka.send(of.topic, [message(1), ...bad.map((value) => ({ key: 'k', value })), message(2)]);
    const { code, text } = await failure(() => takeFrom(of, { hint }));
    expect(code).to.equal('DPONE_ROW_INVALID');
    expect(text).to.contain(`${of.topic}: partition 0, offset 1: the value is no JSON`);
    const sampled = { ...of, options: { metadata: [], schema_sample_size: 1 } };
    const { rows, rejected } = await takeFrom(sampled, { hint, badRows: 'reject' });
    expect(ids(rows)).to.eql([1, 2]);
    expect(rejected.map((r) => [r.diagnostics['offset'], r.reason])).to.eql([
      [1, 'the value is no JSON'],
      [2, 'the value is no JSON object'],
      [3, 'id: "five" is no int64'],
      [4, 'the field "new" is no column'],
      [5, 'the value is no UTF-8'],
    ]);
    expect(rejected[0]!.row).to.eql({ raw: '{"id": 3, ' });
    expect(rejected[4]!.row).to.eql({ raw: 'e/99' });
    expect(rejected[4]!.diagnostics).to.include({ topic: of.topic, partition: 0, encoding: 'base64', key: 'k' });
  });

  it('keeps every digit of a number, and rounds none that the sample did not show', async () => {
    const of = await topicOf(1);
    const values = [
      '{"n":9007199254740993,"d":1.10,"x":1.5}',
      '{"n":1,"d":12345678901234567.89,"x":0.12345678901234567890}',
    ];
    await kafka.send(
      of.topic,
      values.map((value) => ({ value })),
    );
    const hint = {
      columns: [{ name: 'd', type: { kind: 'decimal', precision: 20, scale: 2 }, nullable: true }],
    } as const;
    const sampled = { ...of, options: { metadata: [], schema_sample_size: 1 } };
    const { rows, rejected } = await takeFrom(sampled, { hint, badRows: 'reject' });
    expect(rows).to.eql([{ n: 9007199254740993n, d: '1.10', x: 1.5 }]);
    expect(rejected[0]!.reason).to.contain('has more digits than a double keeps');
    const seen = await takeFrom(of, { hint });
    expect(seen.rows[1]).to.eql({ n: 1n, d: '12345678901234567.89', x: '0.12345678901234567890' });
  });

  it('reads what compaction has left', async () => {
    const config = { 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01' };
    const of = await topicOf(1, { ...config, 'max.compaction.lag.ms': '100' });
    const state = (await takeFrom(of)).state;
    for (let round = 0; round < 4; round++) {
      await kafka.send(
        of.topic,
        range(1, 5).map((id) => ({ key: String(id), value: JSON.stringify({ id: id + round * 10 }) })),
      );
      await sleep(150);
    }
    await kafka.send(of.topic, [{ key: '9', value: '{"id":999}' }]);
    // Whenever the cleaner has run or not: the last message of each key is there, and the read ends.
    const deadline = Date.now() + 15_000;
    let rows: number[] = [];
    do {
      await sleep(300);
      rows = ids((await takeFrom(of, { state })).rows);
    } while (rows.length > 6 && Date.now() < deadline);
    expect(rows).to.include.members([31, 32, 33, 34, 35, 999]);
  });

  it('reads raw bytes and texts as one column', async () => {
    const of = await topicOf(1);
    await kafka.send(of.topic, [{ value: Buffer.from([0, 255]) }, { value: 'text' }]);
    const bytes = await takeFrom({ ...of, options: { metadata: [], message_format: 'bytes' } });
    expect(bytes.rows.map((r) => Buffer.from(r['value'] as Uint8Array).toString('hex'))).to.eql(['00ff', '74657874']);
    const text = await takeFrom({ ...of, options: { metadata: [], message_format: 'string' } }, { badRows: 'reject' });
    expect(text.rows).to.eql([{ value: 'text' }]);
    expect(text.rejected[0]!.reason).to.equal('the value is no UTF-8');
  });

  it('has no SQL and no cursor but offsets', async () => {
    const of = await topicOf(1);
    await kafka.send(of.topic, [message(1)]);
    expect((await failure(() => takeFrom(of, { where: { op: 'sql', sql: 'id > 1' } }))).code).to.equal(
      'DPONE_CAPABILITY',
    );
    expect((await failure(() => takeFrom(of, { scope: { cursor: 'column', column: 'id' } }))).code).to.equal(
      'DPONE_CAPABILITY',
    );
  });
});
