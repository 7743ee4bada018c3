import { fail } from '@dpone/sdk';
import type { KafkaClient } from './connection/client.js';
import type { ProducerIdentity } from './connection/kafkajs.js';
import { protocolError, type Doing } from './errors.js';
import type { BatchBuilder, Compression } from './wire/encode-batch.js';
import { produceRequest } from './wire/produce.js';

/** A batch that was sent before its answer was lost: it is in the log. */
const DUPLICATE_SEQUENCE = 46;

/** Sequences wrap here. https://github.com/apache/kafka/blob/4.3.1/clients/src/main/java/org/apache/kafka/common/record/internal/DefaultRecordBatch.java */
const nextSequence = (sequence: number, count: number): number => (sequence + count) % 0x8000_0000;

/**
 * Who writes under a transactional id. To open one aborts what an earlier one of the same id left open, and from then on
 * the brokers refuse that one's writes.
 */
export class TransactionalProducer {
  readonly #client: KafkaClient;
  readonly #identity: ProducerIdentity;
  readonly #doing: Doing;
  readonly #sequences = new Map<string, number>();
  readonly #added = new Set<string>();

  private constructor(client: KafkaClient, identity: ProducerIdentity, doing: Doing) {
    this.#client = client;
    this.#identity = identity;
    this.#doing = doing;
  }

  static async open(
    client: KafkaClient,
    transactionalId: string,
    transactionTimeout: number,
    doing: Doing,
  ): Promise<TransactionalProducer> {
    const { producerId, producerEpoch } = await client.patient(doing, () =>
      client.withCoordinator(transactionalId, (broker) =>
        broker.initProducerId({ transactionalId, transactionTimeout }),
      ),
    );
    return new TransactionalProducer(client, { transactionalId, producerId, producerEpoch }, doing);
  }

  /** Makes partitions part of the transaction; the first ones begin it. */
  async add(topic: string, partitions: readonly number[]): Promise<void> {
    const fresh = partitions.filter((partition) => !this.#added.has(`${topic}/${partition}`));
    if (fresh.length === 0) return;
    await this.#client.patient(this.#doing, () =>
      this.#client.withCoordinator(this.#identity.transactionalId, (broker) =>
        broker.addPartitionsToTxn({ ...this.#identity, topics: [{ topic, partitions: fresh }] }),
      ),
    );
    for (const partition of fresh) this.#added.add(`${topic}/${partition}`);
  }

  /** Sends what was gathered, once: a try that is repeated has the same number. Resolves with the first record's offset. */
  async send(
    topic: string,
    partition: number,
    builder: BatchBuilder,
    timestamp: number,
    compression: Compression,
  ): Promise<{ readonly baseOffset: number; readonly count: number }> {
    // Nothing is waited for where the partition was added before: what is gathered later is the next batch's.
    if (!this.#added.has(`${topic}/${partition}`)) await this.add(topic, [partition]);
    const { transactionalId, producerId, producerEpoch } = this.#identity;
    const at = `${topic}/${partition}`;
    const sequence = this.#sequences.get(at) ?? 0;
    const { count } = builder;
    const identity = { producerId: Number(producerId), producerEpoch, sequence, transactional: true };
    const batch = builder.take(identity, timestamp, compression);
    const baseOffset = await sendBatch(this.#client, transactionalId, topic, partition, batch, this.#doing);
    this.#sequences.set(at, nextSequence(sequence, count));
    return { baseOffset, count };
  }

  async commit(): Promise<void> {
    await this.#end(true);
  }

  async abort(): Promise<void> {
    await this.#end(false);
  }

  async #end(transactionResult: boolean): Promise<void> {
    if (this.#added.size === 0) return;
    // Told twice, the coordinator answers as it did the first time.
    await this.#client.patient(this.#doing, () =>
      this.#client.withCoordinator(this.#identity.transactionalId, (broker) =>
        broker.endTxn({ ...this.#identity, transactionResult }),
      ),
    );
    this.#added.clear();
  }
}

/** Sends a batch until a broker has it. Resolves with the offset of its first record, -1 where the answer was lost. */
export async function sendBatch(
  client: KafkaClient,
  transactionalId: string | null,
  topic: string,
  partition: number,
  batch: Buffer,
  doing: Doing,
): Promise<number> {
  return client.patient(doing, async () => {
    const { errorCode, baseOffset } = await client.toLeader(topic, partition, () =>
      produceRequest(transactionalId, topic, partition, batch),
    );
    if (errorCode === DUPLICATE_SEQUENCE) return -1;
    if (errorCode !== 0) throw protocolError(errorCode);
    if (baseOffset < 0) throw fail('DPONE_SINK_WRITE', `${doing.what}: the broker gave the batch no offset`);
    return baseOffset;
  });
}
