import { kafkaMissing, openKafka, registryMissing, sharedRegistry, type TestKafka } from '@dpone/test-services';
import { allTypes, orders, withColumns, type Fixture, type Row } from '@dpone/testkit';
import { expect } from 'chai';
import avro from 'avsc';
import { avroRefuses, avroWriter } from '../dist/registry/avro-writer.js';
import { Writer } from '../dist/wire/writer.js';
import { loadInto, owner, refOf, staged, withSinks, type SinkOf } from './support/use-sink.js';
import { failure, takeFrom } from './support/use-source.js';

const skipReason = (await kafkaMissing()) ?? (await registryMissing());

describe('the kafka sink writes Avro', function () {
  this.timeout(120_000);
  let kafka: TestKafka;
  let url: string;
  before(async function () {
    if (skipReason !== undefined) {
      Object.assign(this.runnable().parent!, { skipReason });
      this.skip();
    }
    kafka = await openKafka();
    ({ url } = await sharedRegistry());
  });
  after(() => kafka?.close());

  const sinkOf = (options: object = {}): SinkOf => ({
    connection: { bootstrap_servers: kafka.brokers, schema_registry_url: url },
    topic: kafka.name('avro'),
    options: { message_format: 'avro', key: 'id', partitions: 1, ...options },
  });
  const readBack = (of: SinkOf): ReturnType<typeof takeFrom> =>
    takeFrom({ ...of, options: { message_format: 'avro', metadata: [] } });
  /** What comes back: Avro has fewer integers, and no unsigned ones. */
  const text = (row: Row): Row =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'number' || typeof value === 'bigint' ? String(value) : value,
      ]),
    );
  const sorted = (rows: readonly Row[]): Row[] => rows.map(text).toSorted((a, b) => Number(a['id']) - Number(b['id']));

  it('of every type that Avro has a form for, and reads it as it was', async () => {
    const all = allTypes();
    const fixture: Fixture = withColumns(all, (column) => avroRefuses(column) === undefined);
    expect(all.schema.columns.length - fixture.schema.columns.length, 'columns that Avro cannot hold').to.be.lessThan(
      4,
    );
    const of = sinkOf();
    await withSinks(of, (use, c) => use(async (sink) => void (await loadInto(sink, c, of.topic, 1, fixture))));
    const { rows } = await readBack(of);
    expect(sorted(rows)).to.deep.equal(sorted(fixture.rows));
  });

  it('under the subject of the topic, registered once, and knows the largest value of a column', async () => {
    const of = sinkOf();
    await withSinks(of, (use, c) =>
      use(async (sink) => {
        await loadInto(sink, c, of.topic, 1, orders(1, 5));
        await loadInto(sink, c, of.topic, 2, orders(6, 12));
        const lock = await sink.lock(owner(3), 0);
        const staging = await staged(sink, c, refOf(of.topic, 3, lock.fence), orders(8, 11));
        expect(await staging.max('id')).to.equal('11');
        await staging.drop();
        await lock.release();
      }),
    );
    expect((await readBack(of)).rows.length).to.equal(12);
    const versions = await fetch(`${url}/subjects/${of.topic}-value/versions`);
    expect(await versions.json()).to.deep.equal([1]);
  });

  it('only with schemas that are registered, where it may register none', async () => {
    const of = sinkOf({ schema_registry: { auto_register_schemas: false } });
    const { code, text: says } = await failure(() =>
      withSinks(of, (use, c) => use(async (sink) => void (await loadInto(sink, c, of.topic, 1, orders(1, 2))))),
    );
    expect(code).to.equal('DPONE_SCHEMA_BREAKING');
    expect(says).to.include(`${of.topic}-value`).and.to.include('auto_register_schemas');
    expect(await kafka.read(of.topic)).to.equal(null);
  });

  it('by a schema derived from the columns', () => {
    const { schema, encode } = avroWriter('shop.orders-1', [
      { name: 'id', type: { kind: 'int64' }, nullable: false },
      { name: 'amount', type: { kind: 'decimal', precision: 9, scale: 2 }, nullable: true },
      { name: 'at', type: { kind: 'timestamp', precision: 6, tz: true }, nullable: true },
      { name: 'tags', type: { kind: 'array', item: { kind: 'string' } }, nullable: true },
    ]);
    expect(JSON.parse(schema)).to.deep.equal({
      type: 'record',
      name: 'shop_orders_1',
      fields: [
        { name: 'id', type: 'long' },
        {
          name: 'amount',
          type: ['null', { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }],
          default: null,
        },
        { name: 'at', type: ['null', { type: 'long', logicalType: 'timestamp-micros' }], default: null },
        { name: 'tags', type: ['null', { type: 'array', items: ['null', 'string'] }], default: null },
      ],
    });
    const into = new Writer();
    encode([-5n, '-1.28', '1969-12-31T23:59:59.999999Z', ['x', null]], into);
    const type = avro.Type.forSchema(JSON.parse(schema) as never, { logicalTypes: {}, wrapUnions: false });
    expect({ ...(type.fromBuffer(into.done()) as object) }).to.deep.equal({
      id: -5,
      amount: Buffer.from([0x80]),
      at: -1,
      tags: ['x', null],
    });
    expect(() => encode([null, null, null, null], into)).to.throw('id: is NULL');
    expect(() => encode([1n, '1.234', null, null], into)).to.throw('amount: ');
  });
});
