import { fail } from '@dpone/sdk';
import type { Isolation, KafkaClient } from './connection/client.js';
import { protocolError, type Doing } from './errors.js';
import { fetchRequest } from './wire/fetch.js';
import { readBatches, type Records } from './wire/record-batch.js';

/** A piece of one partition's log: from an offset up to, and without, another. */
export interface LogRange {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export interface LogOptions {
  readonly topic: string;
  readonly isolation: Isolation;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
  readonly doing: Doing;
  readonly signal: AbortSignal;
}

/** The error code of an offset that retention took. */
export const OUT_OF_RANGE = 1;

/**
 * The records of a range, a response at a time; the next one is on its way while this one is used. Ends at `to` even
 * where nothing before it can be delivered. A broker that restarts is waited for.
 */
export async function* readLog(client: KafkaClient, range: LogRange, options: LogOptions): AsyncGenerator<Records> {
  const { partition, to } = range;
  const { topic, doing, signal } = options;
  const cancelled = (): Error => fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
  const fetchFrom = (offset: number) =>
    client.patient(doing, async () => {
      if (signal.aborted) throw cancelled();
      const fetched = await client.toLeader(topic, partition, (broker) =>
        fetchRequest(broker, { ...options, partition, offset }),
      );
      if (fetched.errorCode === OUT_OF_RANGE) throw removed(topic, partition, offset);
      if (fetched.errorCode !== 0) throw protocolError(fetched.errorCode);
      return readBatches(fetched.batches, offset, to, options.isolation === 'read_committed' ? fetched.aborted : []);
    });
  let next = range.from < to ? fetchFrom(range.from) : undefined;
  try {
    while (next !== undefined) {
      const { records, next: offset } = await next;
      if (signal.aborted) throw cancelled();
      next = offset < to ? fetchFrom(offset) : undefined;
      // A rejection is met when it is awaited; until then it must not end the process.
      next?.catch(() => undefined);
      if (records.offsets.length > 0) yield records;
    }
  } finally {
    await next?.catch(() => undefined);
  }
}

const removed = (topic: string, partition: number, offset: number): Error =>
  fail('DPONE_SOURCE_CHANGED', `${topic}: partition ${partition} has no offset ${offset} any more`, {
    where: `topic ${topic}`,
    remedy: 'The retention of the topic took it while it was read: run again, sooner after the messages come.',
  });
