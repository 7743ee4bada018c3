import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';
import { fail } from '@dpone/sdk';

const require = createRequire(import.meta.url);

/** Java's snappy streams begin so: https://github.com/xerial/snappy-java */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEADER = 16;

/** A batch's records as they were before compression; by the lowest bits of its attributes. */
export function decompress(codec: number, bytes: Buffer): Buffer {
  switch (codec) {
    case 0:
      return bytes;
    case 1:
      return zlib.gunzipSync(bytes);
    case 2:
      return snappy(bytes);
    case 3:
      return Buffer.from((require('lz4js') as { decompress(from: Uint8Array): Uint8Array }).decompress(bytes));
    case 4:
      if (typeof zlib.zstdDecompressSync !== 'function')
        throw fail('DPONE_SOURCE_READ', 'the topic holds zstd, which this Node.js cannot read', {
          remedy: 'Use Node.js 22.15 or newer.',
        });
      return zlib.zstdDecompressSync(bytes);
    default:
      throw fail('DPONE_SOURCE_READ', `the topic holds an unknown compression (${codec})`);
  }
}

function snappy(bytes: Buffer): Buffer {
  const { uncompress } = require('snappyjs') as { uncompress(from: Uint8Array): Uint8Array };
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return Buffer.from(uncompress(bytes));
  const parts: Uint8Array[] = [];
  for (let at = XERIAL_HEADER; at < bytes.length;) {
    const length = bytes.readInt32BE(at);
    parts.push(uncompress(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return Buffer.concat(parts);
}
