import { open, type FileHandle } from 'node:fs/promises';
import { fail } from '@dpone/sdk';
import { plainColumns, unreadable, type PlainColumn } from './parquet-column.js';
import { CODEC, MAGIC } from './parquet-format.js';
import { isStruct, listAt, numberAt, optionalNumberAt, structAt, type ThriftStruct } from './thrift-fields.js';
import { ThriftReader } from './thrift-compact.js';

export interface PlainRowGroup {
  readonly rows: number;
  /** Bytes of its columns in the file: the memory that reading it takes. */
  readonly bytes: number;
  /** Where its bytes begin in the file. */
  readonly offset: number;
  /** Of each column, relative to `offset`. */
  readonly chunks: readonly { readonly start: number; readonly end: number }[];
}

export interface PlainParquetFile {
  readonly path: string;
  readonly columns: readonly PlainColumn[];
  readonly rowGroups: readonly PlainRowGroup[];
  /** Bytes of a row group; `into` is used again where it is large enough. */
  readonly read: (group: PlainRowGroup, into: Buffer) => Promise<Buffer>;
  readonly close: () => Promise<void>;
}

/** Places in a row group are 32-bit numbers. */
const LARGEST_GROUP = 2 ** 31 - 64;
/** Values are read by words, which may reach behind the last one. */
const BEHIND = 16;
const TAIL = 8;

/**
 * Opens a Parquet file whose pages are not compressed, as DuckDB writes it with
 * `COMPRESSION uncompressed, PARQUET_VERSION v1, DICTIONARY_SIZE_LIMIT 0` (pages with a dictionary are read too), and
 * modest row groups (`ROW_GROUP_SIZE`): one of them is in memory at a time.
 */
export async function openPlainParquet(path: string): Promise<PlainParquetFile> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, 'it cannot be opened', cause);
  });
  try {
    const footer = await readFooter(handle, path);
    const columns = plainColumns(listAt(footer, 2), path);
    const rowGroups = listAt(footer, 4).map((group) => rowGroup(group, columns, path));
    const read = async (group: PlainRowGroup, into: Buffer): Promise<Buffer> => {
      const bytes = into.length >= group.bytes + BEHIND ? into : Buffer.allocUnsafeSlow(group.bytes + BEHIND);
      await readAt(handle, bytes, group.bytes, group.offset, path);
      return bytes;
    };
    return { path, columns, rowGroups, read, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readFooter(handle: FileHandle, path: string): Promise<ThriftStruct> {
  const { size } = await handle.stat();
  if (size < MAGIC.length + TAIL) throw unreadable(path, 'it is too short');
  const tail = Buffer.alloc(TAIL);
  await readAt(handle, tail, TAIL, size - TAIL, path);
  const length = tail.readUInt32LE(0);
  if (tail.toString('latin1', 4) !== MAGIC || length > size - TAIL) throw unreadable(path, 'it has no parquet footer');
  const footer = Buffer.alloc(length);
  await readAt(handle, footer, length, size - TAIL - length, path);
  return new ThriftReader(footer).struct();
}

function rowGroup(group: unknown, columns: readonly PlainColumn[], path: string): PlainRowGroup {
  if (!isStruct(group)) throw unreadable(path, 'a row group is malformed');
  const rows = numberAt(group, 3);
  const ranges = listAt(group, 1).map((chunk, c) => {
    const metadata = isStruct(chunk) ? structAt(chunk, 3) : undefined;
    const column = columns[c];
    if (metadata === undefined || column === undefined) throw unreadable(path, 'a row group is malformed');
    if (numberAt(metadata, 4) !== CODEC.none)
      throw fail('DPONE_INTERNAL', `column ${column.name} of ${path} is compressed: only plain files are transcoded`);
    if (numberAt(metadata, 5) !== rows) throw unreadable(path, `column ${column.name} has another number of rows`);
    const data = numberAt(metadata, 9);
    // A dictionary comes before the data; some writers say 0 where there is none.
    const start = Math.min(data, optionalNumberAt(metadata, 11) || data);
    return { start, end: start + numberAt(metadata, 7) };
  });
  if (ranges.length !== columns.length) throw unreadable(path, 'a row group lacks a column');
  const offset = Math.min(...ranges.map(({ start }) => start));
  const bytes = Math.max(...ranges.map(({ end }) => end)) - offset;
  if (bytes > LARGEST_GROUP)
    throw fail('DPONE_NO_LANE', `a row group of ${path} has ${bytes} bytes, at most 2 GiB are read`, {
      remedy: 'Write the file with smaller row groups.',
    });
  return {
    rows,
    bytes,
    offset,
    chunks: ranges.map(({ start, end }) => ({ start: start - offset, end: end - offset })),
  };
}

async function readAt(handle: FileHandle, into: Buffer, length: number, position: number, path: string): Promise<void> {
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(into, done, length - done, position + done);
    if (bytesRead === 0) throw unreadable(path, `it ends at byte ${position + done}`);
    done += bytesRead;
  }
}
