import zlib from 'node:zlib';
import { fail } from '@dpone/sdk';
import { CODEC } from './parquet-format.js';
import { zstdFrames } from './zstd-frames.js';

/** How pages are compressed; on the thread pool, never on the main thread. */
export type PageCompression = keyof typeof CODEC;

/** Whether this Node.js can compress so: zstd came with 22.15. */
export const canCompress = (compression: PageCompression): boolean =>
  compression !== 'zstd' || typeof zlib.zstdCompress === 'function';

export type Compress = (bytes: Buffer) => Promise<Buffer>;

/** Undefined for `none`. */
export function pageCodec(compression: PageCompression): Compress | undefined {
  if (compression === 'none') return undefined;
  if (!canCompress(compression))
    throw fail('DPONE_NODE_VERSION', 'this Node.js has no zstd: it came with 22.15', {
      remedy: 'Use a newer Node.js, or gzip.',
    });
  const failed = (error: Error): Error =>
    fail('DPONE_INTERNAL', `a parquet page could not be compressed: ${error.message}`, { cause: error });
  return compression === 'zstd' ? zstdFrames(failed) : gzip(failed);
}

const gzip =
  (failed: (error: Error) => Error): Compress =>
  (bytes) =>
    new Promise((resolve, reject) =>
      zlib.gzip(bytes, { level: 1, chunkSize: roomFor(bytes) }, (error, body) =>
        error === null ? resolve(body) : reject(failed(error)),
      ),
    );

/** Room for the whole page at once: by default it would come in pieces of 16 KiB, each by way of the main thread. */
const roomFor = (bytes: Buffer): number => bytes.length + 1024;
