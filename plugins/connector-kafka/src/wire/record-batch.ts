import { fail } from '@dpone/sdk';
import { Cursor } from './cursor.js';
import { decompress } from './decompress.js';

/** A header of a record; a name may stand several times. */
export type RecordHeaders = readonly (readonly [name: string, value: Buffer | null])[];

/** Records of one batch, column by column: no object a record. Buffers are slices of the response. */
export interface Records {
  readonly offsets: number[];
  readonly timestamps: number[];
  readonly keys: (Buffer | null)[];
  readonly values: (Buffer | null)[];
  readonly headers: (RecordHeaders | null)[];
}

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

const MAGIC_AT = 16;
const MAGIC = 2;
/** Base offset and length, which the length does not count. */
const LOG_OVERHEAD = 12;

/** Behind the length: leader epoch, magic, CRC. */
const ATTRIBUTES_AT = 9;

const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
/** Key of the marker that ends an aborted transaction: version 0, type 0. */
const isAbort = (key: Buffer | null): boolean => key !== null && key.length === 4 && key.readInt32BE(0) === 0;

/**
 * Takes the batches of a partition's response apart (format 2, https://kafka.apache.org/documentation/#recordbatch).
 * `next` of the result is where reading goes on, past everything seen: markers, aborted records and the gaps that
 * compaction left included, so that a log whose end holds nothing to deliver still ends.
 */
export function readBatches(
  bytes: Buffer,
  from: number,
  until: number,
  aborted: readonly AbortedTransaction[],
): { readonly records: Records; readonly next: number } {
  const records: Records = { offsets: [], timestamps: [], keys: [], values: [], headers: [] };
  const open = new Set<number>();
  const pending = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  let next = from;
  for (let at = 0; at + LOG_OVERHEAD <= bytes.length && next < until;) {
    const head = new Cursor(bytes, at);
    const base = head.int64();
    const length = head.int32();
    // The last batch may be cut off: the response is filled to its limit.
    if (head.at + length > bytes.length) break;
    if (bytes.readInt8(at + MAGIC_AT) !== MAGIC)
      throw fail('DPONE_SOURCE_READ', 'the topic holds messages of a format older than Kafka 0.11', {
        remedy: 'Let the brokers rewrite it (log.message.format.version), or produce the messages again.',
      });
    at = head.at + length;
    head.at += ATTRIBUTES_AT; // TCP and the broker have checked the CRC
    const attributes = head.int16();
    const last = base + head.int32();
    const firstTimestamp = head.int64();
    const maxTimestamp = head.int64();
    const producerId = head.int64();
    head.at += 6; // epoch, first sequence
    const count = head.int32();
    while (pending[0] !== undefined && pending[0].firstOffset <= last) open.add(pending.shift()!.producerId);
    const body = (): Cursor => {
      const compressed = bytes.subarray(head.at, at);
      return (attributes & 7) === 0 ? new Cursor(compressed) : new Cursor(decompress(attributes & 7, compressed));
    };
    if ((attributes & CONTROL) !== 0) {
      if (count > 0 && isAbort(markerKey(body()))) open.delete(producerId);
    } else if ((attributes & TRANSACTIONAL) === 0 || !open.has(producerId)) {
      const appendTime = (attributes & LOG_APPEND_TIME) === 0 ? undefined : maxTimestamp;
      readRecords(body(), { base, firstTimestamp, appendTime, count, from, until }, records);
    }
    next = Math.max(next, last + 1);
  }
  return { records, next: Math.min(next, until) };
}

/** Whether the broker gave the batch that holds an offset, or the first behind it, its time; undefined where there is none. */
export function isStampedByBroker(bytes: Buffer, offset: number): boolean | undefined {
  for (let at = 0; at + LOG_OVERHEAD + ATTRIBUTES_AT + 6 <= bytes.length;) {
    const head = new Cursor(bytes, at);
    const base = head.int64();
    at += LOG_OVERHEAD + head.int32();
    head.at += ATTRIBUTES_AT;
    const attributes = head.int16();
    if (base + head.int32() >= offset) return (attributes & LOG_APPEND_TIME) !== 0;
  }
  return undefined;
}

function markerKey(cursor: Cursor): Buffer | null {
  cursor.varint();
  cursor.int8();
  cursor.varlong();
  cursor.varint();
  const length = cursor.varint();
  return length < 0 ? null : cursor.bytes(length);
}

interface BatchFacts {
  readonly base: number;
  readonly firstTimestamp: number;
  /** The broker's time, where the topic keeps that and not the producer's. */
  readonly appendTime: number | undefined;
  readonly count: number;
  readonly from: number;
  readonly until: number;
}

function readRecords(cursor: Cursor, batch: BatchFacts, into: Records): void {
  const { base, firstTimestamp, appendTime, count, from, until } = batch;
  for (let i = 0; i < count; i++) {
    const length = cursor.varint();
    const end = cursor.at + length;
    cursor.at++; // attributes, unused
    const delta = cursor.varlong();
    const offset = base + cursor.varint();
    if (offset < from || offset >= until) {
      cursor.at = end;
      continue;
    }
    const keyLength = cursor.varint();
    const key = keyLength < 0 ? null : cursor.bytes(keyLength);
    const valueLength = cursor.varint();
    const value = valueLength < 0 ? null : cursor.bytes(valueLength);
    const headerCount = cursor.varint();
    into.offsets.push(offset);
    into.timestamps.push(appendTime ?? firstTimestamp + delta);
    into.keys.push(key);
    into.values.push(value);
    into.headers.push(headerCount === 0 ? null : readHeaders(cursor, headerCount));
    cursor.at = end;
  }
}

function readHeaders(cursor: Cursor, count: number): RecordHeaders {
  return Array.from({ length: count }, () => {
    const name = cursor.bytes(cursor.varint()).toString('utf8');
    const length = cursor.varint();
    return [name, length < 0 ? null : cursor.bytes(length)] as const;
  });
}
