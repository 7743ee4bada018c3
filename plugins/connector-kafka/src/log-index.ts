import type { KafkaClient } from './connection/client.js';
import { protocolError, type Doing } from './errors.js';
import { OUT_OF_RANGE } from './log-reader.js';
import type { LogIndex } from './narrow-ranges.js';
import type { SourceOptions } from './options.js';
import { fetchRequest } from './wire/fetch.js';
import { isStampedByBroker } from './wire/record-batch.js';

export interface IndexOf {
  readonly client: KafkaClient;
  readonly topic: string;
  readonly options: Pick<SourceOptions, 'isolation'>;
  readonly doing: Doing;
}

/** The topic as its brokers know it: a time costs a request of each of them, a stamp one batch. */
export const logIndex = ({ client, topic, options, doing }: IndexOf): LogIndex => ({
  firstAt: (partitions, ms) => client.offsets(topic, partitions, ms, options.isolation, doing),
  isStamped: (partition, offset) =>
    client.patient(doing, async () => {
      // The broker sends one batch, however few bytes are asked for. Who stamped it does not depend on its transaction.
      const of = { topic, partition, offset, isolation: 'read_uncommitted', maxBytes: 1, maxWaitMs: 0 } as const;
      const fetched = await client.toLeader(topic, partition, (broker) => fetchRequest(broker, of));
      if (fetched.errorCode === OUT_OF_RANGE) return false;
      if (fetched.errorCode !== 0) throw protocolError(fetched.errorCode);
      return isStampedByBroker(fetched.batches, offset) ?? false;
    }),
});
