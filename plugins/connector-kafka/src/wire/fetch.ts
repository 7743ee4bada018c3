import type { Broker, WireRequest } from '../connection/kafkajs.js';
import { ISOLATION, type Isolation } from '../connection/client.js';
import { Cursor } from './cursor.js';
import type { AbortedTransaction } from './record-batch.js';
import { Writer } from './writer.js';

const API = 1;
/** 4 brought isolation levels, 11 is the last with the plain encoding. */
const HIGHEST = 11;

export interface FetchOf {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly isolation: Isolation;
  readonly maxBytes: number;
  /** How long the broker waits for something to come. */
  readonly maxWaitMs: number;
}

export interface Fetched {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStable: number;
  readonly aborted: readonly AbortedTransaction[];
  /** Batches as they lie in the log; the last one may be cut off. */
  readonly batches: Buffer;
}

/** Asks for one partition's log from an offset on. https://kafka.apache.org/protocol#The_Messages_Fetch */
export function fetchRequest(broker: Broker, of: FetchOf): WireRequest<Fetched> {
  const version = Math.min(HIGHEST, broker.versions[API]?.maxVersion ?? HIGHEST);
  const body = new Writer();
  body.int32(-1).int32(of.maxWaitMs).int32(1).int32(of.maxBytes).int8(ISOLATION[of.isolation]);
  // No fetch session: each request says all.
  if (version >= 7) body.int32(0).int32(-1);
  body.int32(1).string(of.topic).int32(1).int32(of.partition);
  if (version >= 9) body.int32(-1);
  body.int64(of.offset);
  if (version >= 5) body.int64(-1);
  body.int32(of.maxBytes);
  if (version >= 7) body.int32(0);
  if (version >= 11) body.string('');
  return {
    apiKey: API,
    apiVersion: version,
    apiName: 'Fetch',
    body: body.done(),
    decode: (payload) => decodeFetch(payload, version),
    timeoutMs: of.maxWaitMs + 30_000,
  };
}

function decodeFetch(payload: Buffer, version: number): Fetched {
  const cursor = new Cursor(payload);
  cursor.int32(); // throttle time: the brokers hold back by themselves
  if (version >= 7) {
    const errorCode = cursor.int16();
    cursor.int32();
    if (errorCode !== 0) return { errorCode, highWatermark: -1, lastStable: -1, aborted: [], batches: Buffer.alloc(0) };
  }
  cursor.int32(); // one topic
  cursor.string();
  cursor.int32(); // one partition
  cursor.int32();
  const errorCode = cursor.int16();
  const highWatermark = cursor.int64();
  const lastStable = cursor.int64();
  if (version >= 5) cursor.int64();
  const aborted = cursor.array(() => ({ producerId: cursor.int64(), firstOffset: cursor.int64() }));
  if (version >= 11) cursor.int32();
  const length = cursor.int32();
  const batches = length <= 0 ? Buffer.alloc(0) : cursor.bytes(length);
  return { errorCode, highWatermark, lastStable, aborted, batches };
}
