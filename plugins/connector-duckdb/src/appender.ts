import { DuckDBDataChunk, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import { fail, isDponeError, type RejectedRow, type RowBatch, type Schema } from '@dpone/sdk';
import { plainValue } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { duckdbError } from './errors.js';
import type { Session } from './session.js';
import { columnDefinition } from './sql.js';
import { valueCodec, type ValueCodec } from './values.js';

/** DuckDB's vectors hold this many rows. */
const VECTOR = 2048;

/** A value that its column cannot hold, found before DuckDB saw it. */
export interface BadValue {
  readonly column: string;
  readonly row: number;
  readonly reason: string;
  readonly record: RejectedRow['row'];
}

/** Writes batches of the rows lane into a table of the session, in DuckDB's own chunks. */
export class RowAppender {
  readonly #codecs: readonly ValueCodec[];
  #types: readonly DuckDBType[] | undefined;

  constructor(
    private readonly session: Session,
    private readonly table: string,
    private readonly schema: Schema,
    private readonly doing: Doing,
  ) {
    this.#codecs = schema.columns.map((c) => valueCodec(c.type));
  }

  /** Makes the temporary table that the rows go into. */
  async create(): Promise<void> {
    const columns = this.schema.columns.map(columnDefinition).join(', ');
    await this.session.run(`CREATE OR REPLACE TEMP TABLE ${this.table} (${columns})`, this.doing);
  }

  /** Appends a batch, leaving out the rows that `onBad` is told of; `onBad` may throw to refuse them. */
  async append(batch: RowBatch, onBad: (bad: BadValue) => void): Promise<number> {
    const skipped = new Set<number>();
    const columns = this.schema.columns.map((column, c) => {
      const codec = this.#codecs[c]!;
      return (batch.columns[c] ?? []).map((value, row): DuckDBValue => {
        if (value === null || value === undefined) return null;
        try {
          return codec.toDuckDB(value);
        } catch (error) {
          if (!isDponeError(error)) throw error;
          if (!skipped.has(row)) {
            skipped.add(row);
            onBad({
              column: column.name,
              row,
              reason: `${column.name}: ${error.message}`,
              record: this.record(batch, row),
            });
          }
          return null;
        }
      });
    });
    const kept = skipped.size === 0 ? columns : columns.map((values) => values.filter((_, row) => !skipped.has(row)));
    await this.appendColumns(kept, batch.rows - skipped.size);
    return batch.rows - skipped.size;
  }

  private async appendColumns(columns: readonly (readonly DuckDBValue[])[], rows: number): Promise<void> {
    if (rows === 0) return;
    try {
      const appender = await this.session.connection.createAppender(this.table);
      this.#types ??= this.schema.columns.map((_, i) => appender.columnType(i));
      for (let start = 0; start < rows; start += VECTOR) {
        const chunk = DuckDBDataChunk.create(this.#types, Math.min(VECTOR, rows - start));
        chunk.setColumns(columns.map((values) => values.slice(start, start + VECTOR)));
        appender.appendDataChunk(chunk);
      }
      appender.closeSync();
    } catch (error) {
      throw duckdbError(error, this.doing);
    }
  }

  private record(batch: RowBatch, row: number): RejectedRow['row'] {
    const entries = this.schema.columns.map((c, i) => [c.name, plainValue(batch.columns[i]?.[row])] as const);
    return Object.fromEntries(entries);
  }
}

/** The refusal of the first bad value, for a load that takes none. */
export const refuseBad = (bad: BadValue): never => {
  throw fail('DPONE_VALUE_OUT_OF_RANGE', bad.reason, { where: `column ${bad.column}` });
};
