import type { Column, RejectedRow, RowBatch } from '@dpone/sdk';
import { Unfit, type WriteValue } from './write-value.js';

type Row = readonly unknown[];
type Next = IteratorResult<Row, undefined>;

/** What a row that does not fit says of itself. */
export interface BadValue {
  readonly column: string;
  readonly reason: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/**
 * Batches of the rows lane as rows of the wire. The driver awaits what is a promise: within a batch rows are handed over
 * as they are, which costs a third less than a promise a row.
 */
export class RowFeed implements AsyncIterable<Row> {
  rows = 0;
  readonly #source: AsyncIterator<RowBatch>;
  readonly #columns: readonly Column[];
  readonly #writers: readonly WriteValue[];
  readonly #onBad: (bad: BadValue) => void;
  readonly #afterBatch: (rows: number) => Promise<void>;
  #batch: RowBatch | undefined;
  #at = 0;

  constructor(
    batches: AsyncIterable<RowBatch>,
    columns: readonly Column[],
    writers: readonly WriteValue[],
    on: { readonly bad: (bad: BadValue) => void; readonly batch: (rows: number) => Promise<void> },
  ) {
    this.#source = batches[Symbol.asyncIterator]();
    this.#columns = columns;
    this.#writers = writers;
    this.#onBad = on.bad;
    this.#afterBatch = on.batch;
  }

  [Symbol.asyncIterator](): AsyncIterator<Row> {
    const feed = {
      next: () => this.#buffered() ?? this.#later(),
      return: async () => {
        await this.#source.return?.();
        return { done: true as const, value: undefined };
      },
    };
    return feed as unknown as AsyncIterator<Row>;
  }

  /** The next row that fits of the batch that is there. */
  #buffered(): Next | undefined {
    while (this.#batch !== undefined && this.#at < this.#batch.rows) {
      const row = this.#row(this.#batch, this.#at++);
      if (row === undefined) continue;
      this.rows++;
      return { done: false, value: row };
    }
    return undefined;
  }

  async #later(): Promise<Next> {
    for (;;) {
      if (this.#batch !== undefined) await this.#afterBatch(this.rows);
      const next = await this.#source.next();
      if (next.done === true) return { done: true, value: undefined };
      this.#batch = next.value;
      this.#at = 0;
      const row = this.#buffered();
      if (row !== undefined) return row;
    }
  }

  #row({ columns }: RowBatch, r: number): Row | undefined {
    const row: unknown[] = [];
    for (let c = 0; c < this.#writers.length; c++) {
      const value = columns[c]![r];
      try {
        row.push(value === null || value === undefined ? null : this.#writers[c]!(value));
      } catch (error) {
        this.#onBad(this.#bad(error, c, columns, r));
        return undefined;
      }
    }
    return row;
  }

  #bad(error: unknown, c: number, columns: RowBatch['columns'], r: number): BadValue {
    const column = this.#columns[c]!.name;
    const why = error instanceof Unfit ? error.message : 'cannot be read';
    const row = Object.fromEntries(this.#columns.map((one, i) => [one.name, columns[i]![r] ?? null]));
    return { column, reason: `${column} ${why}`, row };
  }
}

/** A row as JSON: what has no form there becomes its text. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === 'bigint') return String(one);
    if (typeof one === 'object' && one !== null && (one as { type?: unknown }).type === 'Buffer')
      return Buffer.from((one as { data: number[] }).data).toString('hex');
    return one instanceof Uint8Array ? Buffer.from(one).toString('hex') : one;
  });

/** As the load keeps it. */
export const rejectedRow = ({ column, reason, row }: BadValue): RejectedRow => ({
  row,
  reason,
  diagnostics: { column },
});
