import { fail, isDponeError, type Column, type RejectedRow, type RowBatch } from '@dpone/sdk';
import { plainValue } from '@dpone/sdk/connector';
import { stagedType } from './types.js';
import { valueText, type ValueText } from './value-text.js';

/** A row that has a value which its column cannot hold. */
export interface BadRow {
  readonly column: string;
  readonly reason: string;
  readonly record: RejectedRow['row'];
}

/** Makes lines of TabSeparated of batches of values. */
export class LineWriter {
  readonly #columns: readonly Column[];
  readonly #texts: readonly ValueText[];
  readonly #nulls: readonly boolean[];

  constructor(columns: readonly Column[], staged: readonly Column[], wideTimes: boolean) {
    this.#columns = columns;
    this.#texts = columns.map((c, i) => valueText(c.type, stagedType(staged[i]!), wideTimes));
    this.#nulls = staged.map((c) => !['array', 'map', 'struct'].includes(c.type.kind));
  }

  lines(batch: RowBatch, onBad: (row: BadRow) => void): string {
    const lines: string[] = [];
    for (let row = 0; row < batch.rows; row++) {
      const line = this.#line(batch, row, onBad);
      if (line !== undefined) lines.push(line);
    }
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }

  #line(batch: RowBatch, row: number, onBad: (row: BadRow) => void): string | undefined {
    const fields: string[] = [];
    for (const [c, text] of this.#texts.entries()) {
      const value = batch.columns[c]?.[row];
      try {
        if (value !== null && value !== undefined) fields.push(text(value));
        else if (this.#nulls[c]) fields.push('\\N');
        else
          throw fail(
            'DPONE_VALUE_OUT_OF_RANGE',
            `ClickHouse has no NULL of a column of type ${this.#columns[c]!.type.kind}`,
          );
      } catch (error) {
        if (!isDponeError(error)) throw error;
        const { name } = this.#columns[c]!;
        onBad({ column: name, reason: `${name}: ${error.message}`, record: this.#record(batch, row) });
        return undefined;
      }
    }
    return fields.join('\t');
  }

  #record(batch: RowBatch, row: number): RejectedRow['row'] {
    return Object.fromEntries(this.#columns.map((c, i) => [c.name, plainValue(batch.columns[i]?.[row])]));
  }
}
