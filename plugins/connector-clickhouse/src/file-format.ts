import { open, stat } from 'node:fs/promises';
import { PassThrough, Transform, type Duplex } from 'node:stream';
import zlib from 'node:zlib';
import { fail, type FileTarget } from '@dpone/sdk';
import type { Settings } from './session.js';

/** How a file is written by the server, and how its rows are counted. */
export interface FileFormat {
  readonly name: string;
  readonly settings: Settings;
  count(): { readonly through: Duplex; rows(path: string): Promise<number> };
  /** What the bytes go through afterwards. */
  through(): Duplex[];
}

export function formatOf(target: FileTarget): FileFormat {
  const { format } = target;
  if (target.lane === 'parquet')
    return {
      name: 'Parquet',
      settings: {
        output_format_parquet_string_as_string: 1,
        output_format_parquet_fixed_string_as_fixed_byte_array: 0,
        output_format_parquet_compression_method: { none: 'none', zstd: 'zstd', gzip: 'gzip' }[
          format.pageCompression ?? 'zstd'
        ],
        ...(format.rowGroupRows === undefined ? {} : { output_format_parquet_row_group_size: format.rowGroupRows }),
      },
      count: () => ({ through: new PassThrough(), rows: parquetRows }),
      through: () => [],
    };
  const delimiter = format.delimiter ?? (target.lane === 'tsv' ? '\t' : ',');
  if ((format.quote ?? '"') !== '"' || (format.escape ?? '"') !== '"')
    throw fail('DPONE_NO_LANE', 'ClickHouse quotes with " alone and doubles it');
  const header = format.header ?? true;
  return {
    name: header ? 'CSVWithNames' : 'CSV',
    settings: {
      format_csv_delimiter: delimiter,
      format_csv_null_representation: format.nulls?.[0] ?? '',
    },
    count: () => csvRows(header),
    through: () =>
      target.compression === 'gzip' ? [zlib.createGzip({ level: 1 })] : target.compression === 'zstd' ? [zstd()] : [],
  };
}

function zstd(): Duplex {
  if (typeof zlib.createZstdCompress !== 'function')
    throw fail('DPONE_NODE_VERSION', 'this Node.js has no zstd: it came with 22.15', {
      remedy: 'Use a newer Node.js, or gzip.',
    });
  return zlib.createZstdCompress({ params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } });
}

const QUOTE = 34;
const LINE_FEED = 10;

/** Line feeds outside of quotes. A doubled quote opens and closes at once. */
function csvRows(header: boolean): { through: Duplex; rows(): Promise<number> } {
  let lines = 0;
  let quoted = false;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let i = 0; i < chunk.length; i++) {
        const c = chunk[i];
        if (c === QUOTE) quoted = !quoted;
        else if (c === LINE_FEED && !quoted) lines++;
      }
      done(null, chunk);
    },
  });
  return { through, rows: () => Promise.resolve(lines - (header ? 1 : 0)) };
}

const MAGIC = 'PAR1';
/** `num_rows` is the third field of FileMetaData: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
async function parquetRows(path: string): Promise<number> {
  const { size } = await stat(path);
  const file = await open(path);
  try {
    const tail = Buffer.alloc(8);
    if (size >= 12) await file.read(tail, 0, 8, size - 8);
    if (tail.toString('latin1', 4) !== MAGIC)
      throw fail('DPONE_SOURCE_READ', 'the parquet file that the server sent has no end');
    const length = tail.readUInt32LE(0);
    const footer = Buffer.alloc(length);
    await file.read(footer, 0, length, size - 8 - length);
    return numRows(footer);
  } finally {
    await file.close();
  }
}

const [STOP, LIST, I32, I64, STRUCT, BINARY] = [0, 9, 5, 6, 12, 8];

/** Skips the version and the schema of a footer in Thrift's compact protocol. */
export function numRows(footer: Buffer): number {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = footer[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const zigzag = (v: bigint): bigint => (v >> 1n) ^ -(v & 1n);
  const skip = (type: number): void => {
    if (type === 1 || type === 2) return;
    if (type === 3) at++;
    else if (type === 4 || type === I32 || type === I64) varint();
    else if (type === 7) at += 8;
    else if (type === BINARY) {
      const length = Number(varint());
      at += length;
    } else if (type === LIST || type === 10) {
      const head = footer[at++]!;
      const count = head >> 4 === 15 ? Number(varint()) : head >> 4;
      const item = head & 15;
      for (let i = 0; i < count; i++)
        // A boolean of a list is a byte, that of a field is its head.
        if (item === 1 || item === 2) at++;
        else skip(item);
    } else if (type === STRUCT) struct(() => false);
    else throw fail('DPONE_SOURCE_READ', 'the footer of a parquet file cannot be read');
  };
  const struct = (take: (id: number, type: number) => boolean): void => {
    for (let id = 0; ;) {
      const head = footer[at++]!;
      if (head === STOP || at > footer.length) return;
      id = head >> 4 === 0 ? Number(zigzag(varint())) : id + (head >> 4);
      if (take(id, head & 15)) return;
      skip(head & 15);
    }
  };
  let rows: number | undefined;
  struct((id, type) => {
    if (id !== 3 || type !== I64) return false;
    rows = Number(zigzag(varint()));
    return true;
  });
  if (rows === undefined)
    throw fail('DPONE_SOURCE_READ', 'the footer of a parquet file does not say how many rows it has');
  return rows;
}
