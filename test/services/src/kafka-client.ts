import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { Kafka, logLevel, type Admin, type IHeaders, type Message, type Producer } from 'kafkajs';
import { sharedKafka, type KafkaServer } from './kafka.js';

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';

/** A message as kafkajs's own code reads it. */
export interface KafkaMessage {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: IHeaders;
}

/** Kafka by its driver alone, without anything of the connector: what tests put in and look at. */
export interface TestKafka {
  readonly server: KafkaServer;
  readonly brokers: string;
  readonly admin: Admin;
  /** A name that no other test has. */
  name(prefix?: string): string;
  create(topic: string, partitions?: number, config?: Readonly<Record<string, string>>): Promise<void>;
  send(topic: string, messages: Message[]): Promise<void>;
  /** Sends as one transaction, and commits or aborts it. */
  transact(topic: string, messages: Message[], end: 'commit' | 'abort'): Promise<void>;
  /** Every committed message, in order of partition and offset; null where there is no topic. */
  read(topic: string): Promise<KafkaMessage[] | null>;
  close(): Promise<void>;
}

interface Internals {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { partitionId: number; leader: number }[];
  findBroker(node: { nodeId: number }): Promise<{
    fetch(request: object): Promise<{ responses: readonly { partitions: readonly object[] }[] }>;
    listOffsets(request: object): Promise<{ responses: readonly { partitions: readonly { offset: string }[] }[] }>;
  }>;
}

const Batch = createRequire(import.meta.url)('kafkajs/src/consumer/batch') as new (
  topic: string,
  offset: string,
  data: object,
) => {
  readonly messages: readonly {
    offset: string;
    key: Buffer | null;
    value: Buffer | null;
    headers: IHeaders;
  }[];
  readonly rawMessages: readonly { offset: string }[];
};

const SLICE = 2000;

export async function openKafka(server?: KafkaServer): Promise<TestKafka> {
  const own = server ?? (await sharedKafka());
  const kafka = new Kafka({ brokers: own.brokers.split(','), logLevel: logLevel.NOTHING, clientId: 'dpone-test' });
  const admin = kafka.admin();
  await admin.connect();
  // Idempotent: on a busy machine an answer comes late, and what is sent again must not be there twice.
  const producer = kafka.producer({ allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const factory = Object.getOwnPropertySymbols(kafka).find((s) => s.description === 'private:Kafka:createCluster')!;
  const make = (kafka as unknown as Record<symbol, (options: object) => Internals>)[factory]!;
  const cluster = make({ metadataMaxAge: 1000, allowAutoTopicCreation: false });
  await cluster.connect();
  return {
    server: own,
    brokers: own.brokers,
    admin,
    name: (prefix = 't') => `${prefix}-${randomBytes(6).toString('hex')}`,
    async create(topic, partitions = 1, config = {}) {
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
      await admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }], waitForLeaders: true });
    },
    async send(topic, messages) {
      // A batch of all of them would be larger than a broker takes.
      for (let at = 0; at < messages.length; at += SLICE)
        await producer.send({ topic, messages: messages.slice(at, at + SLICE) });
    },
    async transact(topic, messages, end) {
      const own = kafka.producer({
        transactionalId: `test-${randomBytes(6).toString('hex')}`,
        idempotent: true,
        maxInFlightRequests: 1,
        retry: { initialRetryTime: 30 },
      });
      await withTransaction(own, topic, messages, end);
      // The broker answers before each partition has its mark: until then a reader ends before the transaction.
      await cluster.addTargetTopic(topic);
      for (const { partitionId, leader } of cluster.findTopicPartitionMetadata(topic)) {
        const ends = async (isolationLevel: 0 | 1): Promise<bigint> =>
          offsetAt(cluster, topic, partitionId, leader, -1, isolationLevel);
        while ((await ends(1)) < (await ends(0))) await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async read(topic) {
      if (!(await admin.listTopics()).includes(topic)) return null;
      await cluster.addTargetTopic(topic);
      const all: KafkaMessage[] = [];
      for (const { partitionId, leader } of cluster.findTopicPartitionMetadata(topic))
        all.push(...(await readPartition(cluster, topic, partitionId, leader)));
      return all.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
    },
    async close() {
      await producer.disconnect();
      await cluster.disconnect();
      await admin.disconnect();
    },
  };
}

async function withTransaction(
  producer: Producer,
  topic: string,
  messages: Message[],
  end: 'commit' | 'abort',
): Promise<void> {
  await producer.connect();
  try {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages });
    await transaction[end]();
  } finally {
    await producer.disconnect();
  }
}

/** The last (-1) or first (-2) offset of a partition: of all messages (0), or of those before any open transaction (1). */
async function offsetAt(
  cluster: Internals,
  topic: string,
  partition: number,
  nodeId: number,
  timestamp: -1 | -2,
  isolationLevel: 0 | 1,
): Promise<bigint> {
  const broker = await cluster.findBroker({ nodeId });
  const topics = [{ topic, partitions: [{ partition, timestamp }] }];
  const { responses } = await broker.listOffsets({ replicaId: -1, isolationLevel, topics });
  return BigInt(responses[0]!.partitions[0]!.offset);
}

async function readPartition(
  cluster: Internals,
  topic: string,
  partition: number,
  nodeId: number,
): Promise<KafkaMessage[]> {
  const broker = await cluster.findBroker({ nodeId });
  const found: KafkaMessage[] = [];
  const end = await offsetAt(cluster, topic, partition, nodeId, -1, 1);
  for (let at = await offsetAt(cluster, topic, partition, nodeId, -2, 1); at < end;) {
    const topics = [{ topic, partitions: [{ partition, fetchOffset: String(at), maxBytes: 1 << 22 }] }];
    const { responses } = await broker.fetch({ replicaId: -1, isolationLevel: 1, maxWaitTime: 100, topics });
    const batch = new Batch(topic, String(at), responses[0]!.partitions[0]!);
    for (const { offset, key, value, headers } of batch.messages)
      found.push({
        partition,
        offset: Number(offset),
        key: key === null ? null : key.toString('utf8'),
        value: value === null ? null : value.toString('utf8'),
        headers,
      });
    const last = batch.rawMessages.at(-1);
    at = last === undefined ? at + 1n : BigInt(last.offset) + 1n;
  }
  return found;
}
