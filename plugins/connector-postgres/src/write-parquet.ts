import { open } from 'node:fs/promises';
import type { Column, ConstantColumn, FileTarget } from '@dpone/sdk';
import { canCompress } from './columnar/page-codec.js';
import { PgCopyToParquet } from './columnar/pg-copy-to-parquet.js';
import type { Take } from './copy-feed.js';

/** How a file is compressed where nothing is said: pages without dictionaries are large as they are. */
const OWN = canCompress('zstd') ? 'zstd' : 'gzip';

/** A file that is read once, at once, by an engine with memory of its own: its row groups need not be large. */
const SPOOLED = 4 << 20;

/** Turns what `COPY ... TO STDOUT (FORMAT binary)` sends into a Parquet file, while it arrives; `feed` sends it. */
export async function writeParquet(
  feed: (take: Take) => Promise<number>,
  columns: readonly Column[],
  { path, compression, format }: FileTarget,
  constants: readonly ConstantColumn[],
): Promise<{ rows: number; bytes: number; sent: number }> {
  const file = await open(path, 'w');
  try {
    const inside = compression === 'none' ? (format.pageCompression ?? OWN) : compression;
    const options = {
      compression: inside,
      constants,
      ...(format.rowGroupRows === undefined ? {} : { rowGroupRows: format.rowGroupRows }),
      ...(inside === 'none' ? { rowGroupBytes: SPOOLED } : {}),
    };
    const writer = new PgCopyToParquet(columns, options, async (bytes) => {
      for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
    });
    const sent = await feed((bytes) => writer.push(bytes));
    return { ...(await writer.finish()), sent };
  } finally {
    await file.close();
  }
}
