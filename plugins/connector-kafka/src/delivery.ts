import { fail } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { SinkOptions } from './options.js';
import type { TransactionalProducer } from './producer.js';
import { NO_KEY } from './row-encoder.js';
import { stagedParts, stagedRecords } from './staged-file.js';
import { BatchBuilder } from './wire/encode-batch.js';

export interface DeliveryCall {
  readonly producer: TransactionalProducer;
  readonly topic: string;
  readonly partitions: readonly number[];
  readonly folder: string;
  readonly options: SinkOptions;
  readonly doing: Doing;
  readonly signal: AbortSignal;
}

export interface Delivered {
  /** Records that the brokers have answered for. */
  readonly records: number;
  /** The last offset written, by partition. */
  readonly last: ReadonlyMap<number, number>;
}

/** Sends everything that is staged as part of the producer's transaction, and counts what the brokers took. */
export async function deliver(call: DeliveryCall): Promise<Delivered> {
  const { partitions, folder, options, signal, doing } = call;
  const lanes = partitions.map((partition) => new PartitionLane(call, partition));
  let turn = 0;
  try {
    for (const part of await stagedParts(folder)) {
      let rows = 0;
      for await (const { bytes, count, places } of stagedRecords(folder, part.partition)) {
        signal.throwIfAborted();
        for (let at = 0; at < places.length; at += 3) {
          const hash = places[at + 2]!;
          const lane = lanes[hash === NO_KEY ? turn : hash % lanes.length]!;
          lane.builder.add(bytes, places[at], places[at + 1]);
          if (lane.builder.bytes < options.batch_bytes) continue;
          // Messages without a key fill a batch of one partition, then the next one's.
          if (hash === NO_KEY) turn = (turn + 1) % lanes.length;
          await lane.send();
        }
        rows += count;
      }
      if (rows !== part.rows)
        throw fail('DPONE_COUNT_MISMATCH', `${doing.what}: ${part.rows} rows were staged, ${rows} are there`);
    }
    await Promise.all(lanes.map((lane) => lane.end()));
  } finally {
    await Promise.allSettled(lanes.map((lane) => lane.ended));
  }
  return {
    records: lanes.reduce((sum, lane) => sum + lane.records, 0),
    last: new Map(lanes.flatMap((lane) => (lane.last < 0 ? [] : [[lane.partition, lane.last] as const]))),
  };
}

/** One partition: a batch is on its way while the next is gathered; never two, so that their order is kept. */
class PartitionLane {
  readonly partition: number;
  readonly builder = new BatchBuilder();
  readonly #call: DeliveryCall;
  records = 0;
  last = -1;
  ended: Promise<void> = Promise.resolve();

  constructor(call: DeliveryCall, partition: number) {
    this.#call = call;
    this.partition = partition;
  }

  /** Sends what is gathered, once the batch before it has its answer. */
  async send(): Promise<void> {
    await this.ended;
    const { producer, topic, options } = this.#call;
    await producer.add(topic, [this.partition]);
    const sending = producer.send(topic, this.partition, this.builder, Date.now(), options.compression);
    this.ended = sending.then(({ baseOffset, count }) => {
      this.records += count;
      if (baseOffset >= 0) this.last = baseOffset + count - 1;
    });
    // Met when it is awaited; until then it must not end the process.
    this.ended.catch(() => undefined);
  }

  async end(): Promise<void> {
    if (this.builder.count > 0) await this.send();
    await this.ended;
  }
}
