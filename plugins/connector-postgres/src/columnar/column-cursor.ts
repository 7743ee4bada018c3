import { HybridReader } from './hybrid-reader.js';
import type { PlainColumn } from './parquet-column.js';
import { unreadable } from './parquet-column.js';
import { ENCODING, PAGE } from './parquet-format.js';
import { ThriftReader } from './thrift-compact.js';
import { numberAt, structAt, type ThriftStruct } from './thrift-fields.js';

/** Index of a value in no place: NULL. */
export const NULL = -1;
const WIDTHS = { BOOLEAN: 0, INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8, BYTE_ARRAY: 0, FIXED: 0 } as const;

/**
 * Walks the pages of one column in a row group and says where each row's value lies: byte of its start (BYTE_ARRAY: of
 * its length word), for BOOLEAN the value itself, {@link NULL} for none.
 */
export class ColumnCursor {
  private at: number;
  private rowsInPage = 0;
  private levels: HybridReader | undefined;
  private indexes: HybridReader | undefined;
  /** Next value of a PLAIN page: byte, or bit for BOOLEAN. */
  private next = 0;
  private flags = new Int32Array(0);
  private dictionary = new Int32Array(0);
  private readonly width: number;
  private readonly end: number;

  constructor(
    private readonly column: PlainColumn,
    private readonly bytes: Buffer,
    private readonly view: DataView,
    chunk: { readonly start: number; readonly end: number },
    private readonly path: string,
  ) {
    this.at = chunk.start;
    this.end = chunk.end;
    this.width = column.physical === 'FIXED' ? column.width : WIDTHS[column.physical];
  }

  /** Places of the next `count` rows; `scratch` is as long as `into`. Returns how many of them are NULL. */
  locate(into: Int32Array, count: number, scratch: Int32Array): number {
    let nulls = 0;
    for (let done = 0; done < count;) {
      while (this.rowsInPage === 0) this.page();
      const rows = Math.min(count - done, this.rowsInPage);
      this.rowsInPage -= rows;
      const part = into.subarray(done, done + rows);
      nulls += this.locatePart(part, scratch);
      done += rows;
    }
    return nulls;
  }

  /** Present values are put at the front, then moved apart from the end on where there are NULLs. */
  private locatePart(into: Int32Array, scratch: Int32Array): number {
    const rows = into.length;
    const { levels } = this;
    if (levels === undefined || levels.skipRun(rows, 1)) {
      this.values(into, rows, scratch);
      return 0;
    }
    if (levels.skipRun(rows, 0)) {
      into.fill(NULL);
      return rows;
    }
    if (this.flags.length < rows) this.flags = new Int32Array(rows);
    const { flags } = this;
    levels.read(flags, rows);
    let present = 0;
    for (let i = 0; i < rows; i++) present += flags[i]!;
    this.values(into, present, scratch);
    for (let i = rows - 1, from = present; i >= 0; i--) into[i] = flags[i] === 0 ? NULL : into[--from]!;
    return rows - present;
  }

  private values(into: Int32Array, count: number, scratch: Int32Array): void {
    if (this.indexes !== undefined) {
      this.indexes.read(scratch, count);
      const { dictionary } = this;
      for (let i = 0; i < count; i++) {
        const place = dictionary[scratch[i]!];
        if (place === undefined) throw this.unreadable('an index is outside of its dictionary');
        into[i] = place;
      }
    } else this.next = this.plain(into, this.next, count);
  }

  /** Places of `count` PLAIN values from `at` on; returns where they end. */
  private plain(into: Int32Array, at: number, count: number): number {
    const { view, width } = this;
    let place = at;
    switch (this.column.physical) {
      case 'BYTE_ARRAY':
        for (let i = 0; i < count && place + 4 <= this.end; i++) {
          into[i] = place;
          place += 4 + view.getUint32(place, true);
        }
        break;
      case 'BOOLEAN':
        for (let i = 0; i < count; i++, place++) into[i] = (view.getUint8(Math.floor(place / 8)) >>> (place % 8)) & 1;
        break;
      default:
        for (let i = 0; i < count; i++, place += width) into[i] = place;
    }
    if ((this.column.physical === 'BOOLEAN' ? place / 8 : place) > this.end)
      throw this.unreadable('its values end too early');
    return place;
  }

  private page(): void {
    if (this.at >= this.end) throw this.unreadable('its pages end too early');
    const thrift = new ThriftReader(this.bytes, this.at);
    const header = thrift.struct();
    const start = thrift.at;
    this.at = start + numberAt(header, 3);
    if (this.at > this.end) throw this.unreadable('its pages end too early');
    const type = numberAt(header, 1);
    if (type === PAGE.DICTIONARY) {
      const count = numberAt(structAt(header, 7)!, 1);
      this.dictionary = new Int32Array(count);
      this.plain(this.dictionary, start, count);
    } else if (type === PAGE.DATA) this.dataPage(structAt(header, 5)!, start);
    else if (type === PAGE.DATA_V2) this.dataPageV2(structAt(header, 8)!, start);
  }

  private dataPage(header: ThriftStruct, start: number): void {
    let values = start;
    if (this.column.optional) {
      this.levels = new HybridReader(this.view, start + 4, 1);
      values += 4 + this.view.getUint32(start, true);
    }
    this.begin(header, numberAt(header, 2), values);
  }

  private dataPageV2(header: ThriftStruct, start: number): void {
    if (this.column.optional) this.levels = new HybridReader(this.view, start, 1);
    this.begin(header, numberAt(header, 4), start + numberAt(header, 5) + numberAt(header, 6));
  }

  private begin(header: ThriftStruct, encoding: number, values: number): void {
    this.rowsInPage = numberAt(header, 1);
    this.indexes = undefined;
    if (encoding === ENCODING.PLAIN) this.next = this.column.physical === 'BOOLEAN' ? values * 8 : values;
    else if (encoding === ENCODING.RLE_DICTIONARY || encoding === ENCODING.PLAIN_DICTIONARY) {
      const bits = this.view.getUint8(values);
      if (bits > 24) throw this.unreadable(`its dictionary needs ${bits} bits a value, at most 24 are read`);
      this.indexes = new HybridReader(this.view, values + 1, bits);
    } else throw this.unreadable(`its values have the encoding ${encoding}; PLAIN and dictionaries are read`);
  }

  private unreadable(what: string): Error {
    return unreadable(this.path, `column ${this.column.name}: ${what}`);
  }
}
