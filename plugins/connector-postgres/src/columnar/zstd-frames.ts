import zlib from 'node:zlib';
import type { Compress } from './page-codec.js';

/** Pages that one file has compressed at a time. */
const AT_ONCE = 2;
/** Bytes of output that are asked for at a time: a frame has the part of them that it needs. */
const OUTPUT = 1 << 19;

/**
 * Makes a frame of each piece of bytes, on the thread pool. The compressors are used again: Node.js collects its garbage
 * for every 64 MB of tables and output that are made anew, a few dozen pages.
 */
export function zstdFrames(failed: (error: Error) => Error): Compress {
  const compressors = Array.from({ length: AT_ONCE }, () => oneByOne(failed));
  let turn = 0;
  return (bytes) => compressors[turn++ % AT_ONCE]!(bytes);
}

/** Frames of one compressor, which takes them in their order. */
function oneByOne(failed: (error: Error) => Error): Compress {
  const stream = zlib.createZstdCompress({ params: params(), chunkSize: OUTPUT });
  let parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  // Whoever waits for a frame is told of it.
  stream.on('error', () => {});
  return (bytes) =>
    new Promise((resolve, reject) => {
      stream.write(bytes);
      stream.flush(zlib.constants.ZSTD_e_end, (error?: Error | null) => {
        const frame = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
        parts = [];
        if (error) reject(failed(error));
        else resolve(frame);
      });
    });
}

/**
 * Level 1 (pages are written once and mostly read once) with tables and a window that a core's own caches hold: measured
 * on pages of texts, numbers and timestamps, as small as with the level's own, in three quarters of the time.
 */
function params(): Record<number, number> {
  const { constants: c } = zlib;
  return {
    [c.ZSTD_c_compressionLevel]: 1,
    [c.ZSTD_c_windowLog]: 17,
    [c.ZSTD_c_hashLog]: 13,
    [c.ZSTD_c_minMatch]: 6,
  };
}
