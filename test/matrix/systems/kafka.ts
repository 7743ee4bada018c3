import { isInteger, typeName, type CanonicalType, type Column } from '@dpone/sdk';
import { kafkaMissing, openKafka } from '@dpone/test-services';
import type { Row } from '@dpone/testkit';
import type { Message } from 'kafkajs';
import { fromJson, parseJson } from '../../fidelity/value-text.js';
import type { System } from '../system.js';

/** JSON of a value with every digit of its numbers; bytes are base64, which JSON has no type for. */
function json(value: unknown, type: CanonicalType): string {
  if (value === null || value === undefined) return 'null';
  if (isInteger(type) || type.kind === 'decimal' || type.kind === 'json') return `${value as string}`;
  switch (type.kind) {
    case 'bytes':
      return JSON.stringify(Buffer.from(value as Uint8Array).toString('base64'));
    case 'array':
      return `[${(value as unknown[]).map((item) => json(item, type.item)).join(',')}]`;
    case 'struct':
      return `{${type.fields.map((f) => `${JSON.stringify(f.name)}:${json((value as Row)[f.name], f.type)}`).join(',')}}`;
    case 'map':
      return `{${(value as [string, unknown][]).map(([k, v]) => `${JSON.stringify(k)}:${json(v, type.value)}`).join(',')}}`;
    default:
      return JSON.stringify(value);
  }
}

const message = (row: Row, columns: readonly Column[]): Message => ({
  key: `${row['id'] as bigint}`,
  value: `{${columns.map((c) => `${JSON.stringify(c.name)}:${json(row[c.name], c.type)}`).join(',')}}`,
});

const tombstone = (row: Row): Message => ({ key: `${row['id'] as bigint}`, value: null });

function rowOf(text: string, columns: readonly Column[]): Row {
  const record = parseJson(text) as Record<string, unknown>;
  return Object.fromEntries(
    columns.map(({ name, type }) => {
      const value = record[name] ?? null;
      return [
        name,
        type.kind === 'bytes' && value !== null ? Buffer.from(value as string, 'base64') : fromJson(value, type),
      ];
    }),
  );
}

/** A topic of JSON messages, whose types the manifest states. */
export const kafka: System = {
  id: 'kafka',
  memory: 'log',
  server: 'DPONE_TEST_KAFKA_BROKERS',
  missing: kafkaMissing,
  typeOf: ({ type }) => `JSON, stated as ${typeName(type)}`,
  async open() {
    const client = await openKafka();
    const prefix = client.name('matrix');
    const topic = (name: string): string => `${prefix}.${name}`;
    return {
      source: ({ name, columns }) => ({
        type: 'kafka',
        connection: client.brokers,
        topic: topic(`in.${name}`),
        options: {
          metadata: [],
          tombstones: 'skip',
          columns: columns.map((c) => ({ name: c.name, type: typeName(c.type) })),
        },
      }),
      sink: ({ name }) => ({ type: 'kafka', connection: client.brokers, topic: topic(name), options: { key: 'id' } }),
      async seed({ name, columns }, rows) {
        await client.create(topic(`in.${name}`), 2);
        await client.send(
          topic(`in.${name}`),
          rows.map((row) => message(row, columns)),
        );
      },
      async change({ name, columns }, { changed, added, deleted }) {
        const fresh = [...changed, ...added].map((row) => message(row, columns));
        await client.send(topic(`in.${name}`), [...fresh, ...deleted.map(tombstone)]);
      },
      async renew({ name, columns }, rows) {
        const partitions = await client.admin.fetchTopicOffsets(topic(`in.${name}`));
        await client.admin.deleteTopicRecords({
          topic: topic(`in.${name}`),
          partitions: partitions.map(({ partition, high }) => ({ partition, offset: high })),
        });
        await client.send(
          topic(`in.${name}`),
          rows.map((row) => message(row, columns)),
        );
      },
      async rows({ name, columns }) {
        const messages = await client.read(topic(name));
        return messages?.map(({ value }) => rowOf(value!, columns)) ?? null;
      },
      close: () => client.close(),
    };
  },
};
