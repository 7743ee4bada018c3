import { fail, type Column, type RowBatch } from '@dpone/sdk';
import { textValue, type TextValue } from '../text-value.js';
import { isCdcColumn, type CdcOp } from './cdc-columns.js';
import type { LogTuple, LogValue } from './pgoutput.js';

/** The transaction that an event is of. */
export interface EventOrigin {
  readonly lsn: string;
  readonly xid: number;
  /** As a value of the rows lane. */
  readonly committedAt: string;
}

export interface Event {
  readonly op: CdcOp;
  readonly seq: bigint;
  readonly origin: EventOrigin;
  /** The columns of the log as they were then; absent where the event has no row. */
  readonly row?: LogTuple;
  /** The key before, as a JSON text. */
  readonly oldKey?: string | undefined;
}

/** Rows a batch: enough that a batch costs nothing beside its rows. */
const BATCH_ROWS = 4096;
/** Characters a batch, so that large values do not pile up. */
const BATCH_TEXT = 4 << 20;

/** Gathers events as batches of the rows lane. */
export class EventBuilder {
  rows = 0;
  #text = 0;
  readonly #columns: readonly Column[];
  readonly #values: readonly (TextValue | undefined)[];
  #batch: unknown[][];
  /** Where in a tuple of the log each column is; -1 where it is not. */
  #places: readonly number[] = [];

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#values = columns.map((c) => (isCdcColumn(c.name) ? undefined : textValue(c)));
    this.#batch = columns.map(() => []);
  }

  /** From here on the log's tuples are of this form: the table's column of each place, by its name now. */
  reshape(names: readonly (string | undefined)[]): void {
    this.#places = this.#columns.map((c) => (isCdcColumn(c.name) ? -1 : names.indexOf(c.name)));
  }

  get full(): boolean {
    return this.rows >= BATCH_ROWS || this.#text >= BATCH_TEXT;
  }

  add(event: Event): void {
    const unchanged: string[] = [];
    this.#columns.forEach((column, c) => {
      if (this.#values[c] === undefined) return;
      const place = this.#places[c] ?? -1;
      const text = event.row === undefined || place < 0 ? null : event.row[place];
      if (text === undefined) unchanged.push(column.name);
      this.#batch[c]!.push(this.#value(text, c));
    });
    this.#columns.forEach((column, c) => {
      if (this.#values[c] === undefined) this.#batch[c]!.push(ownValue(column.name, event, unchanged));
    });
    this.rows++;
  }

  take(): RowBatch {
    const batch = { rows: this.rows, columns: this.#batch };
    this.#batch = this.#columns.map(() => []);
    this.rows = 0;
    this.#text = 0;
    return batch;
  }

  #value(text: LogValue, c: number): unknown {
    if (text === null || text === undefined) return null;
    this.#text += text.length;
    return this.#values[c]!(text);
  }
}

function ownValue(name: string, event: Event, unchanged: readonly string[]): unknown {
  switch (name) {
    case '_cdc_op':
      return event.op;
    case '_cdc_lsn':
      return event.origin.lsn;
    case '_cdc_seq':
      return event.seq;
    case '_cdc_xid':
      return BigInt(event.origin.xid);
    case '_cdc_committed_at':
      return event.origin.committedAt;
    case '_cdc_unchanged':
      return unchanged.length === 0 ? null : JSON.stringify(unchanged);
    case '_cdc_old_key':
      return event.oldKey ?? null;
    default:
      throw fail('DPONE_INTERNAL', `an event has no ${name}`);
  }
}

/** Microseconds since 2000-01-01 UTC as a timestamp of the rows lane. */
export function instantOf(micros: bigint): string {
  const since1970 = micros + 946_684_800_000_000n;
  const millis = since1970 / 1000n;
  const rest = String(since1970 % 1000n).padStart(3, '0');
  return `${new Date(Number(millis)).toISOString().slice(0, -1)}${rest}Z`;
}
