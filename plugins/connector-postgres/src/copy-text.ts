import { fail, isDponeError, type RejectedRow, type RowBatch, type Schema } from '@dpone/sdk';
import { plainValue } from '@dpone/sdk/connector';
import { valueText, type ValueText } from './value-text.js';

/** A value that its column cannot hold, found before the server saw it. */
export interface BadValue {
  readonly column: string;
  readonly reason: string;
  readonly record: RejectedRow['row'];
}

/** The refusal of the first bad value, for a load that takes none. */
export const refuseBad = (bad: BadValue): never => {
  throw fail('DPONE_VALUE_OUT_OF_RANGE', bad.reason, { where: `column ${bad.column}` });
};

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A field of COPY's text format (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"). */
export const copyField = (text: string): string =>
  SPECIAL.test(text) ? text.replace(/[\\\n\r\t]/g, (one) => ESCAPES[one]!) : text;

/** Writes batches of the rows lane as lines of COPY's text format. */
export class CopyTextWriter {
  readonly #schema: Schema;
  readonly #texts: readonly ValueText[];

  constructor(schema: Schema) {
    this.#schema = schema;
    this.#texts = schema.columns.map((c) => valueText(c.type));
  }

  /** The lines of a batch, without the rows that `onBad` is told of; `onBad` may throw to refuse them. */
  lines(batch: RowBatch, onBad: (bad: BadValue) => void): { readonly text: string; readonly rows: number } {
    const lines: string[] = [];
    for (let row = 0; row < batch.rows; row++) {
      const line = this.#line(batch, row, onBad);
      if (line !== undefined) lines.push(line);
    }
    return { text: lines.length === 0 ? '' : `${lines.join('\n')}\n`, rows: lines.length };
  }

  #line(batch: RowBatch, row: number, onBad: (bad: BadValue) => void): string | undefined {
    const fields: string[] = [];
    for (const [c, text] of this.#texts.entries()) {
      const value = batch.columns[c]?.[row];
      if (value === null || value === undefined) {
        fields.push('\\N');
        continue;
      }
      try {
        fields.push(copyField(text(value)));
      } catch (error) {
        if (!isDponeError(error)) throw error;
        const { name } = this.#schema.columns[c]!;
        onBad({ column: name, reason: `${name}: ${error.message}`, record: this.#record(batch, row) });
        return undefined;
      }
    }
    return fields.join('\t');
  }

  #record(batch: RowBatch, row: number): RejectedRow['row'] {
    return Object.fromEntries(this.#schema.columns.map((c, i) => [c.name, plainValue(batch.columns[i]?.[row])]));
  }
}
