import * as zlib from 'node:zlib';
import { fail } from '@dpone/sdk';
import { crc32c } from './crc32c.js';
import { varintSize, Writer } from './writer.js';

export type Compression = 'none' | 'gzip' | 'zstd';

const CODECS: Readonly<Record<Compression, number>> = { none: 0, gzip: 1, zstd: 4 };
const TRANSACTIONAL = 0x10;
/** Where things stand in a batch: https://kafka.apache.org/documentation/#recordbatch */
const LENGTH_AT = 8;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const HEADER = 61;

export interface BatchIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly sequence: number;
  readonly transactional: boolean;
}

/** Of a record everything that does not depend on its place in a batch: key, value, headers. */
export function writeTail(
  into: Writer,
  key: Uint8Array | null,
  value: Uint8Array | string | null,
  headers: readonly (readonly [string, Uint8Array | null])[],
): void {
  into.varBytes(key);
  if (typeof value === 'string') into.varText(value);
  else into.varBytes(value);
  into.varint(headers.length);
  for (const [name, bytes] of headers) into.varBytes(Buffer.from(name, 'utf8')).varBytes(bytes);
}

/** Gathers the records of one batch of a partition. */
export class BatchBuilder {
  readonly #records = new Writer(64 * 1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return HEADER + this.#records.length;
  }

  /** Adds a record's tail: all of the bytes, or a piece of them. */
  add(bytes: Uint8Array, from: number = 0, to: number = bytes.length): void {
    const delta = this.#count++;
    // Attributes and the timestamp's delta are one zero byte each.
    this.#records
      .varint(2 + varintSize(delta) + to - from)
      .int8(0)
      .int8(0)
      .varint(delta)
      .slice(bytes, from, to);
  }

  /** The batch as it goes to a broker, and nothing left behind for the next one. */
  take(identity: BatchIdentity, timestamp: number, compression: Compression): Buffer {
    const count = this.#count;
    const records = compressed(this.#records.done(), compression);
    const batch = new Writer(HEADER + records.length);
    batch.int64(0).int32(0).int32(-1).int8(2).int32(0);
    batch.int16(CODECS[compression] | (identity.transactional ? TRANSACTIONAL : 0));
    batch
      .int32(count - 1)
      .int64(timestamp)
      .int64(timestamp);
    batch.int64(identity.producerId).int16(identity.producerEpoch).int32(identity.sequence);
    batch.int32(count).raw(records);
    batch.patchInt32(LENGTH_AT, batch.length - LENGTH_AT - 4);
    batch.patchUInt32(CRC_AT, crc32c(batch.done(), ATTRIBUTES_AT));
    this.#records.reset();
    this.#count = 0;
    return batch.done();
  }
}

function compressed(bytes: Buffer, compression: Compression): Buffer {
  switch (compression) {
    case 'none':
      return bytes;
    case 'gzip':
      return zlib.gzipSync(bytes, { level: 1 });
    case 'zstd':
      if (typeof zlib.zstdCompressSync === 'function') return zlib.zstdCompressSync(bytes);
      throw fail('DPONE_OPTION_CONFLICT', 'this Node.js cannot compress by zstd', {
        where: 'sink.options.compression',
        remedy: 'Use Node.js 22.15 or newer, or compression: gzip.',
      });
  }
}
