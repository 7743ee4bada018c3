import { setTimeout as sleep } from 'node:timers/promises';
import { fail, type Column, type SchemaChange } from '@dpone/sdk';
import { EARLIEST, LATEST, type KafkaClient } from './connection/client.js';
import { kafkaError, type Doing } from './errors.js';

export interface NewTopic {
  readonly topic: string;
  readonly partitions?: number | undefined;
  readonly replication?: number | undefined;
  readonly config: Readonly<Record<string, string>>;
}

const KNOWN_MS = 30_000;

/** Makes a topic, or waits until all brokers know it where another made it meanwhile. */
export async function createTopic(client: KafkaClient, wanted: NewTopic, doing: Doing): Promise<readonly number[]> {
  const { topic, partitions, replication, config } = wanted;
  await client.admin(doing, async (admin) =>
    admin.createTopics({
      topics: [
        {
          topic,
          numPartitions: partitions ?? -1,
          replicationFactor: replication ?? -1,
          configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
        },
      ],
      waitForLeaders: true,
    }),
  );
  const until = Date.now() + KNOWN_MS;
  for (;;) {
    const found = await client.partitions(topic, doing);
    if (found !== null && found.length > 0) return found;
    if (Date.now() > until) throw fail('DPONE_SINK_WRITE', `${doing.what}: ${topic} was made and cannot be seen`);
    await sleep(50);
  }
}

export interface TopicEnds {
  readonly earliest: ReadonlyMap<number, number>;
  readonly latest: ReadonlyMap<number, number>;
}

/** Where each partition begins and ends now, aborted records and markers included. */
export async function topicEnds(
  client: KafkaClient,
  topic: string,
  partitions: readonly number[],
  doing: Doing,
): Promise<TopicEnds> {
  const earliest = await client.offsets(topic, partitions, EARLIEST, 'read_uncommitted', doing);
  const latest = await client.offsets(topic, partitions, LATEST, 'read_uncommitted', doing);
  return { earliest, latest };
}

/** Refuses what would fail after the commit: brokers delete no records of a topic that is only compacted. */
export async function assertDeletable(client: KafkaClient, topic: string, doing: Doing): Promise<void> {
  const policy = await client.admin(doing, async (admin) => {
    const TOPIC = 2;
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: TOPIC, name: topic, configNames: ['cleanup.policy'] }],
    });
    return resources[0]?.configEntries[0]?.configValue ?? 'delete';
  });
  if (policy.includes('delete')) return;
  throw fail(
    'DPONE_CAPABILITY',
    `${topic} is compacted (cleanup.policy: ${policy}): the brokers delete no records of it`,
    {
      where: 'sink.strategy.mode',
      remedy:
        'Use incremental_append with a key: a newer message replaces the older ones of its key. Or set cleanup.policy: compact,delete.',
    },
  );
}

/** Deletes the records below these offsets. To do it again changes nothing. */
export async function deleteBelow(
  client: KafkaClient,
  topic: string,
  below: Readonly<Record<string, number>>,
  doing: Doing,
): Promise<void> {
  const partitions = Object.keys(below).map(Number);
  const known = (await client.partitions(topic, doing)) ?? [];
  const { earliest } = await topicEnds(
    client,
    topic,
    partitions.filter((p) => known.includes(p)),
    doing,
  );
  const open = partitions.filter((partition) => (earliest.get(partition) ?? Infinity) < below[String(partition)]!);
  if (open.length === 0) return;
  await client.admin(doing, async (admin) => {
    try {
      // kafkajs asks for the leaders before it has asked for the topic.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({
        topic,
        partitions: open.map((partition) => ({ partition, offset: String(below[String(partition)]!) })),
      });
    } catch (error) {
      throw kafkaError(
        (error as { partitions?: readonly { error: unknown }[] }).partitions?.[0]?.error ?? error,
        doing,
      );
    }
  });
}

/** The columns of the topic's messages after a load. */
export function columnsAfter(
  before: readonly Column[],
  changes: readonly SchemaChange[],
  loaded: readonly Column[],
): Column[] {
  let columns = [...before];
  for (const change of changes)
    switch (change.kind) {
      case 'create_table':
        columns = [...change.schema.columns];
        break;
      case 'add_column':
        columns.push(change.column);
        break;
      case 'widen_column':
        columns = columns.map((c) => (c.name === change.column.name ? change.column : c));
        break;
      case 'drop_not_null':
        columns = columns.map((c) => (c.name === change.column ? { ...c, nullable: true } : c));
        break;
      case 'drop_column':
        throw fail('DPONE_CAPABILITY', `messages that are there keep their field ${change.column}`);
      case 'rename_column':
        throw fail('DPONE_CAPABILITY', `messages that are there keep their field ${change.from}`);
    }
  const missing = loaded.filter((c) => !columns.some((other) => other.name === c.name));
  return [...columns, ...missing];
}
