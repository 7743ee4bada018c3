import zlib from 'node:zlib';
import { fail } from '@dpone/sdk';
import { CODEC } from './parquet-format.js';

/** How pages are compressed; on the thread pool, never on the main thread. */
export type PageCompression = keyof typeof CODEC;

/** Whether this Node.js can compress so: zstd came with 22.15. */
export const canCompress = (compression: PageCompression): boolean =>
  compression !== 'zstd' || typeof zlib.zstdCompress === 'function';

export type Compress = (bytes: Buffer) => Promise<Buffer>;

/**
 * Level 1 with tables and a window that a core's own caches hold: measured on pages of texts, numbers and timestamps, as
 * small as with the level's own, in three quarters of the time.
 */
const zstdParams = (): Record<number, number> => {
  const { constants: c } = zlib;
  return {
    [c.ZSTD_c_compressionLevel]: 1,
    [c.ZSTD_c_windowLog]: 17,
    [c.ZSTD_c_hashLog]: 13,
    [c.ZSTD_c_minMatch]: 6,
  };
};

/** Undefined for `none`. Level 1 each: pages are written once and mostly read once. */
export function pageCodec(compression: PageCompression): Compress | undefined {
  if (compression === 'none') return undefined;
  if (!canCompress(compression))
    throw fail('DPONE_NODE_VERSION', 'this Node.js has no zstd: it came with 22.15', {
      remedy: 'Use a newer Node.js, or gzip.',
    });
  const settle =
    (resolve: (bytes: Buffer) => void, reject: (error: Error) => void) =>
    (error: Error | null, bytes: Buffer): void => {
      if (error === null) resolve(bytes);
      else reject(fail('DPONE_INTERNAL', `a parquet page could not be compressed: ${error.message}`, { cause: error }));
    };
  if (compression === 'gzip')
    return (bytes) =>
      new Promise((resolve, reject) =>
        zlib.gzip(bytes, { level: 1, chunkSize: roomFor(bytes) }, settle(resolve, reject)),
      );
  const params = zstdParams();
  return (bytes) =>
    new Promise((resolve, reject) =>
      zlib.zstdCompress(bytes, { params, chunkSize: roomFor(bytes) }, settle(resolve, reject)),
    );
}

/** Room for the whole page at once: by default it would come in pieces of 16 KiB, each by way of the main thread. */
const roomFor = (bytes: Buffer): number => bytes.length + 1024;
