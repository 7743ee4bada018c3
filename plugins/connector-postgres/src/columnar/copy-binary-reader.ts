import { fail } from '@dpone/sdk';
import { SLACK } from './page-buffer.js';

/** https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT */
export const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEADER = SIGNATURE.length + 8;
/** Bit 16 of the flags: rows begin with their OID, as servers before 12 could send. */
const WITH_OIDS = 0x1_0000;
/** Flags 16 to 31 are critical: a reader that does not know them must give up. */
const CRITICAL = 0xffff_0000;
/** Bytes that are gathered before rows are looked for: they stay in a core's second cache. */
const BATCH = 1 << 18;
/** Postgres holds no value, and sends no row, of more. */
const LARGEST = 1 << 30;

type State = 'header' | 'rows' | 'ended';

/**
 * Finds the rows in the bytes of `COPY ... TO STDOUT (FORMAT binary)`, however the bytes are cut. Feed with
 * {@link append}; {@link scan} then leaves the places of fields in {@link at}, column by column.
 */
export class CopyBinaryReader {
  bytes: Buffer;
  view: DataView;
  /** Place of the length word of a field: column `c` of the batch's row `r` at `c * batchRows + r`. */
  readonly at: Int32Array;
  readonly batchRows: number;
  private state: State = 'header';
  /** Bytes in the buffer, and how many of them are done with. */
  private filled = 0;
  private done = 0;
  /** Fewer bytes than this hold nothing new. */
  private wanted = BATCH;

  constructor(private readonly columns: number) {
    this.bytes = Buffer.allocUnsafeSlow(BATCH + SLACK);
    this.view = viewOf(this.bytes);
    this.batchRows = Math.max(16, Math.min(8192, Math.floor(65_536 / columns)));
    this.at = new Int32Array(this.batchRows * columns);
  }

  get ended(): boolean {
    return this.state === 'ended';
  }

  /** Takes bytes of `chunk` from `from` on, as many as there is room for; returns where it stopped. */
  append(chunk: Uint8Array, from: number): number {
    if (this.done > 0) this.compact();
    // Half as much again at least: a row of many large values must not be copied for each of them.
    if (this.wanted > this.bytes.length - SLACK) this.resize(Math.max(this.wanted, Math.floor(this.filled * 1.5)));
    const taken = Math.min(chunk.length - from, this.bytes.length - SLACK - this.filled);
    this.bytes.set(taken === chunk.length ? chunk : chunk.subarray(from, from + taken), this.filled);
    this.filled += taken;
    return from + taken;
  }

  /** Whether enough has come in for a scan to be worth its while. */
  get ready(): boolean {
    return this.filled - this.done >= this.wanted;
  }

  /** Finds at most `limit` whole rows and returns their number; 0 when more bytes are needed. */
  scan(limit: number): number {
    if (this.state === 'header' && !this.header()) return 0;
    if (this.state === 'ended') {
      if (this.done < this.filled) throw malformed('there are bytes behind its end');
      return 0;
    }
    const { view, at, columns, batchRows, filled } = this;
    const most = Math.min(limit, batchRows);
    let row = 0;
    let start = this.done;
    rows: while (row < most) {
      let place = start + 2;
      if (place > filled) {
        this.wanted = BATCH;
        break;
      }
      const fields = view.getInt16(start);
      if (fields !== columns) {
        if (fields !== -1) throw malformed(`a row has ${fields} fields instead of ${columns}`);
        this.state = 'ended';
        start = place;
        break;
      }
      for (let slot = row; slot < at.length; slot += batchRows) {
        if (place + 4 > filled) {
          this.wanted = Math.max(BATCH, place + 4 - start);
          break rows;
        }
        at[slot] = place;
        const length = view.getInt32(place);
        place += 4;
        if (length > 0) {
          if (length > LARGEST) throw malformed(`a field is said to have ${length} bytes`);
          place += length;
        }
      }
      if (place > filled) {
        this.wanted = Math.max(BATCH, place - start);
        break;
      }
      start = place;
      row++;
    }
    this.done = start;
    if (row === most) this.wanted = 1;
    return row;
  }

  private header(): boolean {
    if (this.filled < HEADER) {
      this.wanted = HEADER;
      return false;
    }
    if (!this.bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw malformed('its signature is not there');
    const flags = this.view.getInt32(SIGNATURE.length);
    if ((flags & CRITICAL) !== 0)
      throw malformed((flags & WITH_OIDS) !== 0 ? 'its rows have OIDs' : `its flags are ${flags >>> 0}`);
    const extension = this.view.getInt32(SIGNATURE.length + 4);
    if (extension < 0 || extension > LARGEST) throw malformed(`its header is said to have ${extension} more bytes`);
    if (this.filled < HEADER + extension) {
      this.wanted = HEADER + extension;
      return false;
    }
    this.done = HEADER + extension;
    this.state = 'rows';
    return true;
  }

  /** Moves what is left to the front, and gives back the memory that one large row needed. */
  private compact(): void {
    const left = this.filled - this.done;
    if (this.bytes.length > 16 * BATCH && Math.max(left, this.wanted) <= BATCH) this.resize(BATCH);
    else {
      this.bytes.copyWithin(0, this.done, this.filled);
      this.filled = left;
      this.done = 0;
    }
  }

  private resize(size: number): void {
    const next = Buffer.allocUnsafeSlow(size + SLACK);
    this.filled = this.bytes.copy(next, 0, this.done, this.filled);
    this.done = 0;
    this.bytes = next;
    this.view = viewOf(next);
  }
}

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

const malformed = (what: string): Error =>
  fail('DPONE_SOURCE_READ', `the binary copy of a table cannot be read: ${what}`);
