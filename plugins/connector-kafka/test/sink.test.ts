import type { Column } from '@dpone/sdk';
import { kafkaMissing, openKafka, type TestKafka } from '@dpone/test-services';
import type { Fixture, Row } from '@dpone/testkit';
import { expect } from 'chai';
import { KafkaClient } from '../dist/connection/client.js';
import { connection } from '../dist/options.js';
import { TransactionalProducer } from '../dist/producer.js';
import { BatchBuilder, writeTail } from '../dist/wire/encode-batch.js';
import { Writer } from '../dist/wire/writer.js';
import { loadInto, owner, programOf, refOf, staged, withSinks, type SinkOf } from './support/use-sink.js';
import { failure } from './support/use-source.js';

const column = (name: string, kind: 'int64' | 'string' = 'string'): Column => ({
  name,
  type: { kind },
  nullable: true,
});
const table = (columns: readonly Column[], rows: readonly Row[]): Fixture => ({
  name: 'rows',
  schema: { columns },
  rows,
});
const orders = (from: number, to: number): Fixture =>
  table(
    [column('id', 'int64'), column('name')],
    Array.from({ length: to - from + 1 }, (_, i) => ({ id: BigInt(from + i), name: `n${from + i}` })),
  );

const skipReason = await kafkaMissing();
const doing = { what: 'testing', code: 'DPONE_SINK_WRITE' } as const;

describe('the kafka sink', function () {
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

  const sinkOf = (options: Record<string, unknown> = {}): SinkOf => ({
    connection: kafka.brokers,
    topic: kafka.name(),
    options,
  });

  it('puts keys where other clients put them, and every row once', async () => {
    const of = sinkOf({ key: 'id', partitions: 5 });
    await withSinks(of, (use, c) =>
      use(async (sink) => {
        const { inserted } = await loadInto(sink, c, of.topic, 1, orders(1, 200));
        expect(inserted).to.equal(200);
      }),
    );
    const messages = (await kafka.read(of.topic))!;
    expect(messages.length).to.equal(200);
    // kafkajs's own partitioner is the Java client's.
    const other = kafka.name();
    await kafka.create(other, 5);
    await kafka.send(
      other,
      messages.map(({ key, value }) => ({ key, value })),
    );
    const where = (all: typeof messages): Map<string, number> => new Map(all.map((m) => [m.key!, m.partition]));
    expect(where(messages)).to.eql(where((await kafka.read(other))!));
  });

  it('writes keys of several columns, headers, and tombstones for deleted rows', async () => {
    const of = sinkOf({ key: ['id', 'name'], headers: ['source'], deletes: { op_field: 'op' } });
    const rows = [
      { id: 1n, name: 'a', source: 's', op: 'insert' },
      { id: 2n, name: 'b', source: null, op: 'delete' },
    ];
    const fixture = table([column('id', 'int64'), column('name'), column('source'), column('op')], rows);
    await withSinks(of, (use, c) => use(async (sink) => void (await loadInto(sink, c, of.topic, 1, fixture))));
    const [first, second] = (await kafka.read(of.topic))!;
    expect(first!.key).to.equal('{"id":1,"name":"a"}');
    expect(first!.value).to.equal('{"id":1,"name":"a","op":"insert"}');
    expect(first!.headers['source']).to.eql(Buffer.from('s'));
    expect([second!.key, second!.value]).to.eql(['{"id":2,"name":"b"}', null]);
  });

  it('sets rows without a key aside, and says which column', async () => {
    const of = sinkOf({ key: 'name' });
    const fixture = table(
      [column('id', 'int64'), column('name')],
      [
        { id: 1n, name: null },
        { id: 2n, name: 'b' },
      ],
    );
    await withSinks(of, (use, c) =>
      use(async (sink) => {
        const staging = await staged(sink, c, refOf(of.topic, 1, 1), fixture);
        const rejected = [];
        for await (const row of staging.rejected()) rejected.push(row);
        expect(await staging.count()).to.equal(1);
        expect(rejected).to.eql([
          { row: { id: '1', name: null }, reason: 'name: the key is NULL', diagnostics: { topic: of.topic, row: 1 } },
        ]);
        await staging.drop();
      }),
    );
  });

  it('aborts what a dead worker left open, and what it hides comes to light', async () => {
    const of = sinkOf();
    await withSinks(of, async (use, c) => {
      await use((sink) => loadInto(sink, c, of.topic, 1, orders(1, 3)));
      // A worker that died in the middle of its transaction: nobody ends it.
      const client = await KafkaClient.connect(connection.parse(kafka.brokers), doing, c.ctx.signal);
      const dead = await TransactionalProducer.open(client, `dpone.load.__dpone__.${of.topic}`, 600_000, doing);
      await client.partitions(of.topic, doing);
      await client.partitions(`__dpone__.${of.topic}`, doing);
      const builder = new BatchBuilder();
      const tail = new Writer();
      writeTail(tail, null, Buffer.from('{"id":666}'), []);
      builder.add(tail.done());
      await dead.send(of.topic, 0, builder, Date.now(), 'none');
      await dead.add(`__dpone__.${of.topic}`, [0]);
      await use((sink) => loadInto(sink, c, of.topic, 2, orders(4, 6)));
      const left = (await kafka.read(of.topic))!.map((m) => (JSON.parse(m.value!) as { id: number }).id);
      expect(left).to.eql([1, 2, 3, 4, 5, 6]);
      // It wakes up: the brokers refuse it.
      expect((await failure(() => dead.commit())).code).to.equal('DPONE_FENCED');
      await client.close();
    });
  });

  it('refuses the commit of a worker that was paused while another took over', async () => {
    const of = sinkOf();
    await withSinks(of, (use, c) =>
      use(async (paused) => {
        const lock = await paused.lock(owner(1), 0);
        const load = refOf(of.topic, 1, lock.fence);
        const staging = await staged(paused, c, load, orders(1, 3));
        await lock.release();
        await use((sink) => loadInto(sink, c, of.topic, 2, orders(4, 6)));
        const { code } = await failure(() => staging.finalize(programOf(load, orders(1, 3).schema.columns, 3)));
        expect(code).to.equal('DPONE_FENCED');
        expect((await failure(() => lock.heartbeat())).code).to.equal('DPONE_FENCED');
        await staging.drop();
      }),
    );
    expect((await kafka.read(of.topic))!.length).to.equal(3);
  });

  it('lets one of many take the lock at once', async () => {
    const of = sinkOf();
    await withSinks(of, async (use) => {
      const taken = await Promise.all(
        [1, 2, 3, 4].map((n) =>
          use((sink) =>
            sink.lock(owner(n), 0).then(
              () => n,
              (error: { code: string }) => error.code,
            ),
          ),
        ),
      );
      expect(taken.filter((one) => typeof one === 'number').length, String(taken)).to.be.at.most(1);
      expect(taken.filter((one) => typeof one === 'string' && one !== 'DPONE_TARGET_LOCKED')).to.eql([]);
    });
  });

  it('refuses to replace what the brokers cannot delete, before a message is written', async () => {
    const of = sinkOf({ key: 'id', topic_config: { 'cleanup.policy': 'compact' } });
    await withSinks(of, (use, c) =>
      use(async (sink) => {
        await loadInto(sink, c, of.topic, 1, orders(1, 3));
        const lock = await sink.lock(owner(2), 0);
        const load = refOf(of.topic, 2, lock.fence);
        const staging = await staged(sink, c, load, orders(4, 6));
        const program = {
          ...programOf(load, orders(4, 6).schema.columns, 3),
          steps: [{ op: 'replace_all', by: 'truncate_insert' }],
        } as const;
        const { code, text } = await failure(() => staging.finalize(program));
        expect(code).to.equal('DPONE_CAPABILITY');
        expect(text).to.contain('incremental_append with a key');
        await staging.drop();
        await lock.release();
      }),
    );
    expect((await kafka.read(of.topic))!.length).to.equal(3);
  });

  it('compresses batches so that other clients read them', async () => {
    for (const compression of ['gzip', 'none']) {
      const of = sinkOf({ compression, batch_bytes: 2048, partitions: 2 });
      await withSinks(of, (use, c) => use(async (sink) => void (await loadInto(sink, c, of.topic, 1, orders(1, 500)))));
      const ids = (await kafka.read(of.topic))!.map((m) => (JSON.parse(m.value!) as { id: number }).id);
      expect(ids.toSorted((a, b) => a - b)).to.eql(Array.from({ length: 500 }, (_, i) => i + 1));
    }
  });

  it('says in its plan what it would run', async () => {
    const of = { ...sinkOf({ key: 'id', partitions: 3, topic_config: { 'retention.ms': '-1' } }), topic: 'orders' };
    await withSinks(of, (use) =>
      use(async (sink) => {
        expect(sink.explain(programOf(refOf('orders', 1, 1), orders(1, 1).schema.columns, 1))).to.eql([
          'encode json messages (key id) into a file of this machine: id int64, name string',
          'create topic orders where it is absent: partitions=3, replication=default, retention.ms=-1',
          'begin transaction dpone.load.__dpone__.orders',
          'produce to orders, acks=all',
          'produce receipt and state to __dpone__.orders',
          'commit transaction',
        ]);
        await Promise.resolve();
      }),
    );
  });

  it('names an option that names no column', async () => {
    const of = sinkOf({ key: 'absent' });
    await withSinks(of, (use, c) =>
      use(async (sink) => {
        const { code, text } = await failure(() => staged(sink, c, refOf(of.topic, 1, 1), orders(1, 1)));
        expect([code, text.includes('no column absent')]).to.eql(['DPONE_OPTION_CONFLICT', true]);
      }),
    );
  });
});
