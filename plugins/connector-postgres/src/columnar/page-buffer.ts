import { fail } from '@dpone/sdk';

/** Rows a page at most: what a zstd window and a reader's scan like, and a bitmap of 4 KB. */
export const PAGE_ROWS = 131_072;
/** Bytes after which a page of texts is closed. */
export const PAGE_BYTES = 1 << 20;
/** Copies of short values go by words of four bytes and may write three bytes too many. */
export const SLACK = 16;
const LEVELS = 4 + 5 + PAGE_ROWS / 8;
/** Room in front of the values, so that page header, levels and values leave as one piece of memory. */
const PREFIX = 128 + LEVELS;
const FIRST_CAPACITY = 4096;

/** One data page in the making: values one after the other, and a bit for every row that has one. */
export class PageBuffer {
  bytes: Buffer = Buffer.alloc(PREFIX + FIRST_CAPACITY);
  view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  /** Where the next value goes. */
  used = PREFIX;
  rows = 0;
  nulls = 0;
  private validity: Buffer | undefined;

  constructor(
    readonly column: string,
    private readonly optional: boolean,
  ) {}

  /** Bytes of the values so far. */
  get size(): number {
    return this.used - PREFIX;
  }

  /** Makes room for `size` more bytes behind `used`; `bytes` and `view` may be new afterwards. */
  reserve(size: number): void {
    const needed = this.used + size + SLACK;
    if (needed <= this.bytes.length) return;
    // Far beyond a page's size it is one large value: memory is not doubled for it.
    const grown = Buffer.allocUnsafeSlow(Math.max(Math.min(this.bytes.length * 2, 2 * PAGE_BYTES + PREFIX), needed));
    this.bytes.copy(grown, 0, 0, this.used);
    this.bytes = grown;
    this.view = new DataView(grown.buffer, grown.byteOffset, grown.length);
  }

  /** What a column loop calls for a field without the length of its type: NULL, or a fault. `row` counts in this page. */
  absent(row: number, length: number): void {
    if (length !== -1)
      throw fail('DPONE_INTERNAL', `column ${this.column}: a value of ${length} bytes is not one of its Postgres type`);
    if (!this.optional)
      throw fail('DPONE_INTERNAL', `column ${this.column}: NULL in a column that is said to have none`);
    this.validity ??= Buffer.alloc(PAGE_ROWS / 8, 0xff);
    this.validity[row >>> 3]! &= ~(1 << (row & 7));
    this.nulls++;
  }

  outOfRange(what: string): Error {
    return fail('DPONE_VALUE_OUT_OF_RANGE', `column ${this.column}: ${what}`);
  }

  /** Levels and values of a data page (version 1) as one piece; `header` may then be put right before it. */
  body(): { readonly start: number; readonly end: number } {
    return { start: this.optional ? this.writeLevels() : PREFIX, end: this.used };
  }

  /** Puts a page header in front of the body and returns both. */
  withHeader(header: Buffer, start: number): Buffer {
    header.copy(this.bytes, start - header.length);
    return this.bytes.subarray(start - header.length, this.used);
  }

  reset(): void {
    if (this.bytes.length > 4 * PAGE_BYTES) {
      this.bytes = Buffer.allocUnsafeSlow(PREFIX + PAGE_BYTES);
      this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    }
    this.used = PREFIX;
    this.rows = 0;
    if (this.nulls > 0) this.validity!.fill(0xff);
    this.nulls = 0;
  }

  /**
   * Definition levels of one bit: one run where all rows are alike, else the bitmap
   * (https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3).
   */
  private writeLevels(): number {
    const same = this.nulls === 0 || this.nulls === this.rows;
    const groups = Math.ceil(this.rows / 8);
    const run = varint(same ? this.rows * 2 : groups * 2 + 1);
    const length = run.length + (same ? 1 : groups);
    const start = PREFIX - length - 4;
    this.bytes.writeUInt32LE(length, start);
    run.copy(this.bytes, start + 4);
    const values = start + 4 + run.length;
    if (same) this.bytes[values] = this.nulls === 0 ? 1 : 0;
    else this.validity!.copy(this.bytes, values, 0, groups);
    return start;
  }
}

/** Unsigned LEB128 of a number below 2^31. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
