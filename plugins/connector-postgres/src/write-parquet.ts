import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Column, ConstantColumn, FileTarget } from '@dpone/sdk';
import { canCompress } from './columnar/page-codec.js';
import { PgCopyToParquet } from './columnar/pg-copy-to-parquet.js';

/** How a file is compressed where nothing is said: pages without dictionaries are large as they are. */
const OWN = canCompress('zstd') ? 'zstd' : 'gzip';

/** Turns what `COPY ... TO STDOUT (FORMAT binary)` sends into a Parquet file, while it arrives. */
export async function writeParquet(
  stream: Readable,
  columns: readonly Column[],
  { path, compression, format }: FileTarget,
  constants: readonly ConstantColumn[],
): Promise<{ rows: number; bytes: number }> {
  const file = await open(path, 'w');
  try {
    const inside = compression === 'none' ? (format.pageCompression ?? OWN) : compression;
    const options = {
      compression: inside,
      constants,
      ...(format.rowGroupRows === undefined ? {} : { rowGroupRows: format.rowGroupRows }),
    };
    const writer = new PgCopyToParquet(columns, options, async (bytes) => {
      for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
    });
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const waiting = writer.push(chunk);
      if (waiting !== undefined) await waiting;
    }
    return await writer.finish();
  } finally {
    await file.close();
  }
}
