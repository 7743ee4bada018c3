import { kafkaMissing, openKafka, registryMissing, sharedRegistry, type TestKafka } from '@dpone/test-services';
import avro from 'avsc';
import { expect } from 'chai';
import protobuf from 'protobufjs';
import { failure, takeFrom, type SourceOf } from './support/use-source.js';

const skipReason = (await kafkaMissing()) ?? (await registryMissing());

describe('the kafka source and a schema registry', function () {
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

  const register = async (
    subject: string,
    schema: unknown,
    schemaType = 'AVRO',
    references: unknown[] = [],
  ): Promise<number> => {
    const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
    const response = await fetch(`${url}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: text, schemaType, references }),
    });
    if (!response.ok) throw new Error(await response.text());
    return ((await response.json()) as { id: number }).id;
  };
  const framed = (id: number, body: Uint8Array, path: readonly number[] = []): Buffer => {
    const head = Buffer.alloc(5);
    head.writeInt32BE(id, 1);
    return Buffer.concat([head, Buffer.from(path), body]);
  };
  const topicOf = async (format: string): Promise<SourceOf> => {
    const topic = kafka.name();
    await kafka.create(topic, 1);
    return {
      connection: { bootstrap_servers: kafka.brokers, schema_registry_url: url },
      topic,
      options: { metadata: [], message_format: format },
    };
  };

  it('reads Avro with every type exactly', async () => {
    const of = await topicOf('avro');
    const field = (name: string, type: unknown): unknown => ({ name, type });
    const schema = {
      type: 'record',
      name: 'Order',
      namespace: 'shop',
      fields: [
        field('id', 'long'),
        field('n', ['null', 'int']),
        field('f', 'float'),
        field('b', 'bytes'),
        field('ok', 'boolean'),
        field('amount', { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 }),
        field('day', { type: 'int', logicalType: 'date' }),
        field('at', { type: 'long', logicalType: 'timestamp-micros' }),
        field('local', { type: 'long', logicalType: 'local-timestamp-millis' }),
        field('clock', { type: 'long', logicalType: 'time-micros' }),
        field('mood', { type: 'enum', name: 'Mood', symbols: ['GOOD', 'BAD'] }),
        field('tags', { type: 'array', items: 'string' }),
        field('counts', { type: 'map', values: 'long' }),
        field('inner', { type: 'record', name: 'Inner', fields: [field('x', ['null', 'Mood'])] }),
      ],
    };
    const id = await register(`${of.topic}-value`, schema);
    const type = avro.Type.forSchema(schema as never, { logicalTypes: {}, wrapUnions: false });
    const value = {
      id: 9007199254740990,
      n: null,
      f: 1.5,
      b: Buffer.from([1, 255]),
      ok: true,
      amount: Buffer.from([0xff, 0x85]),
      day: -1,
      at: -1,
      local: 1_700_000_000_123,
      clock: 86_399_999_999,
      mood: 'BAD',
      tags: ['a', ''],
      counts: { k: 7 },
      inner: { x: 'GOOD' },
    };
    await kafka.send(of.topic, [{ value: framed(id, type.toBuffer(value)) }]);
    const { rows, read } = await takeFrom(of);
    expect(rows).to.eql([
      {
        ...value,
        id: 9007199254740990n,
        amount: '-1.23',
        day: '1969-12-31',
        at: '1969-12-31T23:59:59.999999Z',
        local: '2023-11-14T22:13:20.123',
        clock: '23:59:59.999999',
        counts: [['k', 7n]],
      },
    ]);
    expect(read.schema.columns.find((c) => c.name === 'amount')!.type).to.eql({
      kind: 'decimal',
      precision: 20,
      scale: 2,
    });
  });

  it('reads each Avro message by the schema that it was written with, dropped fields too', async () => {
    const of = await topicOf('avro');
    const record = (fields: unknown[]): unknown => ({ type: 'record', name: 'R', fields });
    const first = record([
      { name: 'id', type: 'int' },
      { name: 'old', type: 'string', default: '' },
    ]);
    const second = record([
      { name: 'id', type: 'long' },
      { name: 'fresh', type: ['null', 'string'], default: null },
    ]);
    const ids = [await register(`${of.topic}-value`, first), await register(`${of.topic}-value`, second)];
    const [a, b] = [first, second].map((schema) => avro.Type.forSchema(schema as never));
    // 9007199254740993 as Avro writes a long: no library of doubles can.
    const beyond = Buffer.from([0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0x00]);
    await kafka.send(of.topic, [
      { value: framed(ids[0]!, a!.toBuffer({ id: 1, old: 'o' })) },
      { value: framed(ids[1]!, b!.toBuffer({ id: 2, fresh: 'f' })) },
      { value: framed(ids[1]!, beyond) },
      { value: Buffer.from('no frame') },
      { value: framed(99_999, Buffer.from([2])) },
      { value: framed(ids[0]!, Buffer.from([2])) },
    ]);
    const { rows, rejected } = await takeFrom(of, { badRows: 'reject' });
    expect(rows).to.eql([
      { id: 1n, fresh: null, old: 'o' },
      { id: 2n, fresh: 'f', old: null },
      { id: 9007199254740993n, fresh: null, old: null },
    ]);
    expect(rejected.map((r) => r.diagnostics['offset'])).to.eql([3, 4, 5]);
    expect(rejected.map((r) => r.reason).join('; ')).to.match(
      /names no schema.*99999.*is no record of the Avro schema/,
    );
  });

  it('reads Protobuf, with presence, maps, enums and times', async () => {
    const of = await topicOf('protobuf');
    const text = `syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
message Order {
  int64 id = 1;
  optional string note = 2;
  repeated int32 parts = 3;
  map<string, int64> counts = 4;
  enum Mood { GOOD = 0; BAD = 1; }
  Mood mood = 5;
  google.protobuf.Timestamp at = 6;
  message Inner { double x = 1; }
  Inner inner = 7;
  uint64 big = 8;
}
message Other { int32 id = 1; }
`;
    const id = await register(`${of.topic}-value`, text, 'PROTOBUF');
    const { root } = protobuf.parse(text, new protobuf.Root(), { keepCase: true });
    const known = protobuf.common.get('google/protobuf/timestamp.proto') as {
      nested: Record<string, protobuf.AnyNestedObject>;
    };
    root.addJSON(known.nested);
    root.resolveAll();
    const type = root.lookupType('shop.Order');
    const Long = protobuf.util.Long as unknown as { fromString(text: string, unsigned?: boolean): unknown };
    const long = (text: string): unknown => Long.fromString(text);
    const whole = type.encode(
      type.fromObject({
        id: long('-9007199254740993'),
        note: '',
        parts: [1, 2],
        counts: { a: long('5') },
        mood: 'BAD',
        at: { seconds: 1_700_000_000, nanos: 1 },
        inner: { x: 1.5 },
        big: Long.fromString('18446744073709551615', true),
      }),
    );
    await kafka.send(of.topic, [
      { value: framed(id, whole.finish(), [0]) },
      { value: framed(id, new Uint8Array(), [0]) },
      { value: framed(id, new Uint8Array(), [2, 2]) },
    ]);
    const { rows, rejected } = await takeFrom(of, { badRows: 'reject' });
    expect(rows).to.eql([
      {
        id: -9007199254740993n,
        note: '',
        parts: [1, 2],
        counts: [['a', 5n]],
        mood: 'BAD',
        at: '2023-11-14T22:13:20.000000001Z',
        inner: { x: 1.5 },
        big: 18446744073709551615n,
      },
      { id: 0n, note: null, parts: [], counts: [], mood: 'GOOD', at: null, inner: null, big: 0n },
    ]);
    expect(rejected.map((r) => r.reason)).to.eql(['the value is a Other, not a Order']);
  });

  it('reads JSON by its schema', async () => {
    const of = await topicOf('json_schema');
    const schema = {
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'integer' },
        at: { type: ['string', 'null'], format: 'date-time' },
        more: { type: 'object' },
      },
    };
    const id = await register(`${of.topic}-value`, schema, 'JSON');
    await kafka.send(of.topic, [
      { value: framed(id, Buffer.from('{"id":1,"at":"2026-01-01T02:00:00+02:00","more":{"a":[1]}}')) },
      { value: framed(id, Buffer.from('{"id":2,"else":1}')) },
    ]);
    const { rows, rejected } = await takeFrom(of, { badRows: 'reject' });
    expect(rows).to.eql([{ id: 1n, at: '2026-01-01T00:00:00Z', more: '{"a":[1]}' }]);
    expect(rejected[0]!.reason).to.contain('the field "else" is no property');
  });

  it('names a subject that is not there, a schema of another kind and a missing address', async () => {
    const of = await topicOf('avro');
    expect((await failure(() => takeFrom(of))).text).to.contain(`no subject ${of.topic}-value`);
    await register(`${of.topic}-value`, 'syntax = "proto3"; message M { int32 id = 1; }', 'PROTOBUF');
    expect((await failure(() => takeFrom(of))).text).to.contain('message_format: protobuf');
    const { code } = await failure(() => takeFrom({ ...of, connection: kafka.brokers }));
    expect(code).to.equal('DPONE_CONNECTION_INVALID');
  });
});
