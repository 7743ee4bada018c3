import { fail, type RowBatch } from '@dpone/sdk';
import { EventBuilder, instantOf, type EventOrigin } from './event-builder.js';
import { LogTable, type LogTableInput } from './log-table.js';
import { lsnText } from './lsn.js';
import { parseMessage, type LogMessage, type LogTuple, type OldRow } from './pgoutput.js';
import type { WalFrame } from './wal-stream.js';

export interface ChangesInput extends LogTableInput {
  /** Transactions whose commit begins here or later are left to the next load. */
  readonly upper: bigint;
  /** The largest `_cdc_seq` before. */
  readonly seq: bigint;
}

/** Turns the log of one table into batches of events, in the order of commits, up to a fixed end. */
export class ChangeReader {
  readonly #input: ChangesInput;
  readonly #builder: EventBuilder;
  readonly #table: LogTable;
  /** The largest `_cdc_seq` so far. */
  seq: bigint;
  #origin: (EventOrigin & { readonly from: bigint }) | undefined;

  constructor(input: ChangesInput) {
    this.#input = input;
    this.#builder = new EventBuilder(input.read);
    this.#table = new LogTable(input);
    this.seq = input.seq;
  }

  /** Ends when everything before the end has come. */
  async *batches(frames: AsyncIterable<readonly WalFrame[]>): AsyncGenerator<RowBatch> {
    const table = Number(this.#input.table.oid);
    for await (const part of frames) {
      for (const frame of part) {
        const isEnd = Buffer.isBuffer(frame)
          ? await this.#take(parseMessage(frame, table))
          : this.#origin === undefined && frame.sentTo >= this.#input.upper;
        if (isEnd) {
          if (this.#builder.rows > 0) yield this.#builder.take();
          return;
        }
        if (this.#builder.full) yield this.#builder.take();
      }
    }
  }

  /** Whether the end is reached. The server sends transactions whole, one after the other, by their commits. */
  async #take(message: LogMessage): Promise<boolean> {
    switch (message.kind) {
      case 'begin': {
        if (message.commitLsn >= this.#input.upper) return true;
        const { commitLsn, xid, committedAt } = message;
        this.#origin = { lsn: lsnText(commitLsn), xid, committedAt: instantOf(committedAt), from: commitLsn };
        return false;
      }
      case 'commit':
        this.#origin = undefined;
        return false;
      case 'relation':
        await this.#table.take(message.relation);
        this.#builder.reshape(this.#table.names);
        return false;
      case 'insert':
        this.#add('insert', message.row);
        return false;
      case 'update':
        this.#update(message.row, message.old);
        return false;
      case 'delete':
        this.#add('delete', message.old.tuple);
        return false;
      case 'truncate':
        this.#add('truncate');
        return false;
      default:
        return false;
    }
  }

  #update(row: LogTuple, old: OldRow | undefined): void {
    if (old === undefined) return this.#add('update', row);
    // With REPLICA IDENTITY FULL the row before has the large values that the update left as they were.
    const whole = old.whole ? row.map((value, at) => (value === undefined ? old.tuple[at] : value)) : row;
    this.#add('update', whole, this.#table.oldKey(old.tuple, row, old.whole));
  }

  #add(op: 'insert' | 'update' | 'delete' | 'truncate', row?: LogTuple, oldKey?: string): void {
    const origin = this.#origin;
    if (origin === undefined)
      throw fail('DPONE_SOURCE_READ', `${this.#input.doing.what}: the log has a change outside of a transaction`);
    // Past what was, and no smaller than the place in the log: so it grows over loads, and over a new beginning too,
    // unless one transaction had more events than its log has bytes.
    this.seq = this.seq + 1n > origin.from ? this.seq + 1n : origin.from;
    this.#builder.add({ op, seq: this.seq, origin, ...(row === undefined ? {} : { row }), oldKey });
  }
}
