import type { Readable } from 'node:stream';
import { fail, type RowBatch, type Schema } from '@dpone/sdk';
import { textValue, type TextValue } from './text-value.js';

/** Rows a batch: enough that a batch costs nothing beside its rows. */
const BATCH_ROWS = 4096;

const NEWLINE = 0x0a;
const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A field of COPY's text format as the text it stands for (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"). */
export const unescapeField = (field: string): string =>
  field.includes('\\') ? field.replace(/\\(.)/gs, (_, c: string) => ESCAPED[c] ?? c) : field;

/** What `COPY ... TO STDOUT (FORMAT text)` sends, as batches of the rows lane. Memory is that of one batch. */
export async function* copyTextBatches(stream: Readable, schema: Schema): AsyncGenerator<RowBatch> {
  const reader = new BatchReader(schema);
  for await (const chunk of stream as AsyncIterable<Buffer>)
    for (const line of reader.lines(chunk)) {
      reader.add(line);
      if (reader.rows === BATCH_ROWS) yield reader.take();
    }
  reader.end();
  if (reader.rows > 0) yield reader.take();
}

class BatchReader {
  rows = 0;
  readonly #schema: Schema;
  readonly #values: readonly TextValue[];
  /** A database without an encoding (SQL_ASCII) may send anything. */
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #columns: unknown[][];
  #rest: Buffer = Buffer.alloc(0);

  constructor(schema: Schema) {
    this.#schema = schema;
    this.#values = schema.columns.map((c) => textValue(c));
    this.#columns = this.#empty();
  }

  /** The whole lines that have arrived; a line break inside of a value is written as `\n`. */
  lines(chunk: Buffer): string[] {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last < 0) {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      return [];
    }
    const whole =
      this.#rest.length === 0 ? chunk.subarray(0, last) : Buffer.concat([this.#rest, chunk.subarray(0, last)]);
    // A copy: the chunk's memory is the socket's.
    this.#rest = Buffer.from(chunk.subarray(last + 1));
    return this.#decode(whole).split('\n');
  }

  add(line: string): void {
    const fields = line.split('\t');
    if (this.#values.length === 0 && line === '') fields.length = 0;
    if (fields.length !== this.#values.length)
      throw fail('DPONE_INTERNAL', `a row of COPY has ${fields.length} fields, not ${this.#values.length}`);
    for (let c = 0; c < fields.length; c++) this.#columns[c]!.push(this.#value(fields[c]!, c));
    this.rows++;
  }

  take(): RowBatch {
    const batch = { rows: this.rows, columns: this.#columns };
    this.#columns = this.#empty();
    this.rows = 0;
    return batch;
  }

  end(): void {
    if (this.#rest.length > 0) throw fail('DPONE_SOURCE_READ', 'the data ends in the middle of a row');
  }

  #value(field: string, c: number): unknown {
    if (field === '\\N') return null;
    return this.#values[c]!(unescapeField(field));
  }

  #decode(bytes: Buffer): string {
    try {
      return this.#decoder.decode(bytes);
    } catch (error) {
      throw fail('DPONE_SOURCE_READ', 'the server sent a text that is not UTF-8', {
        remedy: 'The database declares no encoding (SQL_ASCII): convert the texts, or leave the column out.',
        cause: error,
      });
    }
  }

  #empty(): unknown[][] {
    return this.#schema.columns.map(() => []);
  }
}
