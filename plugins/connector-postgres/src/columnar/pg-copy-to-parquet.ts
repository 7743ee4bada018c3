import { fail, type CanonicalType, type ConstantColumn } from '@dpone/sdk';
import { appendBytes, appendJson } from './append-bytes.js';
import { appendDecimal } from './append-decimal.js';
import {
  appendBool,
  appendDate,
  appendInt2,
  appendLong,
  appendTimestamp,
  appendUuid,
  appendWord,
  type Append,
} from './append-fixed.js';
import { ColumnChunk } from './column-chunk.js';
import { ConstantChunk } from './constant-chunk.js';
import { CopyBinaryReader } from './copy-binary-reader.js';
import { pageCodec, type PageCompression } from './page-codec.js';
import { parquetLeaf } from './parquet-schema.js';
import { ParquetWriter } from './parquet-writer.js';

export interface ParquetColumn {
  readonly name: string;
  readonly type: CanonicalType;
  readonly nullable: boolean;
}

export interface PgCopyToParquetOptions {
  /** Default `none`. */
  readonly compression?: PageCompression;
  /** Rows a row group at most. Default 122,880. */
  readonly rowGroupRows?: number;
  /** Bytes of values a row group at most, but for one row more. Default 8 MiB: two row groups are in memory at once. */
  readonly rowGroupBytes?: number;
  /** Columns behind the others with one value each. */
  readonly constants?: readonly ConstantColumn[];
}

const ROWS = 122_880;
const BYTES = 8 << 20;

/**
 * Turns the bytes of `COPY ... TO STDOUT (FORMAT binary)` into a Parquet file, without an object a row or a value.
 * Fields must come in the binary form of: bool for bool; int2 for int8, int16 and uint8; int4 for int32 and uint16;
 * four bytes (oid) for uint32; int8 for int64 and uint64; numeric for decimal; float4, float8; text of any kind for
 * string; bytea, date, time, timestamp(tz), uuid; json or jsonb for json.
 *
 * @throws DPONE_NO_LANE from the constructor for a type that a Parquet file does not keep; DPONE_VALUE_OUT_OF_RANGE for
 * a value that it does not keep (infinities, NaN of a decimal, digits beyond the declared ones), naming the column.
 */
export class PgCopyToParquet {
  private readonly reader: CopyBinaryReader;
  private readonly columns: readonly ColumnChunk[];
  private readonly constants: readonly ConstantChunk[];
  private readonly writer: ParquetWriter;
  private readonly groupRows: number;
  private readonly groupBytes: number;
  private rows = 0;
  private rowsOfGroup = 0;
  /** The row group that is being written while the next one fills. */
  private writing: Promise<void> | undefined;

  constructor(
    columns: readonly ParquetColumn[],
    options: PgCopyToParquetOptions,
    /** The bytes may be used again once the promise is kept. */
    write: (bytes: Buffer) => Promise<void> | void,
  ) {
    if (columns.length === 0) throw fail('DPONE_NO_LANE', 'a parquet file has at least one column');
    const compression = options.compression ?? 'none';
    const compress = pageCodec(compression);
    const constants = options.constants ?? [];
    const leaves = columns.map((column) => parquetLeaf(column.name, column.type, column.nullable));
    const constantLeaves = constants.map((column) => parquetLeaf(column.name, column.type, true));
    this.reader = new CopyBinaryReader(columns.length);
    this.columns = columns.map((column, i) => new ColumnChunk(leaves[i]!, appendFor(column.type), compress));
    this.constants = constants.map((column, i) => new ConstantChunk(column, constantLeaves[i]!, compress));
    this.writer = new ParquetWriter([...leaves, ...constantLeaves], compression, write);
    this.groupRows = options.rowGroupRows ?? ROWS;
    this.groupBytes = options.rowGroupBytes ?? BYTES;
  }

  /** Takes the next bytes, cut anywhere. The chunk may be used again when it returns, or when its promise is kept. */
  push(chunk: Uint8Array): Promise<void> | void {
    return this.take(chunk, 0);
  }

  /** To be called once, behind the last chunk. */
  async finish(): Promise<{ rows: number; bytes: number }> {
    for (let waiting = this.drain(); waiting !== undefined; waiting = this.drain()) await waiting;
    if (!this.reader.ended) throw fail('DPONE_SOURCE_READ', 'the binary copy of a table ends before its trailer');
    if (this.rowsOfGroup > 0) await this.endGroup();
    await this.writing;
    return { rows: this.rows, bytes: await this.writer.end() };
  }

  private take(chunk: Uint8Array, from: number): Promise<void> | void {
    for (let at = from; at < chunk.length;) {
      at = this.reader.append(chunk, at);
      const waiting = this.reader.ready ? this.drain() : undefined;
      if (waiting !== undefined) return waiting.then(() => this.take(chunk, at));
    }
  }

  /** Moves whole rows to the columns. A promise where a row group is full: to be called again when it is kept. */
  private drain(): Promise<void> | undefined {
    const { reader } = this;
    for (;;) {
      const rows = reader.scan(this.groupRows - this.rowsOfGroup);
      if (rows === 0) return undefined;
      let bytes = 0;
      for (let c = 0; c < this.columns.length; c++) {
        const column = this.columns[c]!;
        column.append(reader.view, reader.bytes, reader.at, c * reader.batchRows, rows);
        bytes += column.bytes;
      }
      this.rows += rows;
      this.rowsOfGroup += rows;
      if (this.rowsOfGroup >= this.groupRows || bytes >= this.groupBytes) return this.endGroup();
    }
  }

  /** Waits for the row group before, then has this one written without waiting. */
  private async endGroup(): Promise<void> {
    const rows = this.rowsOfGroup;
    this.rowsOfGroup = 0;
    const sealed = this.columns.map((column) => column.end());
    await this.writing;
    this.writing = Promise.all(this.constants.map((constant) => constant.ofRows(rows))).then((constants) =>
      this.writer.group(rows, [...sealed, ...constants]),
    );
    // Its error is met by whoever waits for it next; until then it must not count as unhandled.
    this.writing.catch(() => {});
  }
}

function appendFor(type: CanonicalType): Append {
  switch (type.kind) {
    case 'bool':
      return appendBool;
    case 'int8':
    case 'int16':
    case 'uint8':
      return appendInt2;
    case 'int32':
    case 'uint16':
    case 'uint32':
    case 'float32':
      return appendWord;
    case 'int64':
    case 'uint64':
    case 'float64':
    case 'time':
      return appendLong;
    case 'decimal':
      return appendDecimal(type.precision, type.scale);
    case 'date':
      return appendDate;
    case 'timestamp':
      return appendTimestamp;
    case 'uuid':
      return appendUuid;
    case 'json':
      return appendJson;
    default:
      return appendBytes;
  }
}
