import type { Column, SinkContext } from '@dpone/sdk';
import type { KafkaConnection, SinkOptions } from './options.js';
import { registryAddress } from './registry/address.js';
import { avroReader } from './registry/avro.js';
import { avroWriter, schemaPrefix } from './registry/avro-writer.js';
import { RegistryClient } from './registry/client.js';
import { Writer } from './wire/writer.js';

export interface AvroOf {
  readonly ctx: SinkContext<KafkaConnection, SinkOptions>;
  readonly topic: string;
  /** The columns of the value, in order. */
  readonly columns: readonly Column[];
}

/** How the values of a load become Avro, and are read again. */
export interface AvroValues {
  /** The bytes of a value; used before the next one is made. */
  encode(values: readonly unknown[]): Uint8Array;
  /** A field of a value that `encode` made. */
  read(value: Buffer, column: string): unknown;
}

const PREFIX = 5;

/** Asks the registry for the schema of these columns; it is the same for every part of a load. */
export async function avroValues({ ctx, topic, columns }: AvroOf): Promise<AvroValues> {
  const { schema_registry: registry } = ctx.options;
  const writer = avroWriter(topic, columns);
  const subject = registry.subject ?? `${topic}-value`;
  const client = new RegistryClient(registryAddress(ctx, 'sink'), ctx.signal);
  const id = await client.idOf(subject, writer.schema, registry.auto_register_schemas);
  const prefix = schemaPrefix(id);
  const into = new Writer(1024);
  const reader = avroReader({ id, type: 'AVRO', text: writer.schema, references: [] }, subject);
  return {
    encode: (values) => {
      into.reset();
      writer.encode(values, into.raw(prefix));
      return into.done();
    },
    read: (value, column) =>
      reader.fields.find((field) => field.name === column)?.read(reader.parse(value.subarray(PREFIX))),
  };
}
