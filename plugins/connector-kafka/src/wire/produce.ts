import type { WireRequest } from '../connection/kafkajs.js';
import { Cursor } from './cursor.js';
import { Writer } from './writer.js';

const API = 0;
/** 7 takes zstd and is the newest that all brokers since 2.1 have. */
const VERSION = 7;

export interface Produced {
  readonly errorCode: number;
  /** The offset of the batch's first record. */
  readonly baseOffset: number;
}

/** Sends one batch to one partition; every replica in sync has it when the answer comes. */
export function produceRequest(
  transactionalId: string | null,
  topic: string,
  partition: number,
  batch: Buffer,
): WireRequest<Produced> {
  const body = new Writer(batch.length + 256);
  body.string(transactionalId).int16(-1).int32(30_000);
  body.int32(1).string(topic).int32(1).int32(partition).int32(batch.length).raw(batch);
  return {
    apiKey: API,
    apiVersion: VERSION,
    apiName: 'Produce',
    body: body.done(),
    decode: (payload) => {
      const cursor = new Cursor(payload);
      cursor.int32(); // one topic
      cursor.string();
      cursor.int32(); // one partition
      cursor.int32();
      const errorCode = cursor.int16();
      return { errorCode, baseOffset: cursor.int64() };
    },
  };
}
