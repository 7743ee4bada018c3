import { type CanonicalType, type ExactJson } from '@dpone/sdk';
import type { Columns } from './columns.js';

/** Rows of the columns that were asked for, column by column. */
export interface Batch {
  readonly rows: number;
  readonly columns: readonly (readonly unknown[])[];
}

/** What is known of the rows of one range of keys. */
export interface RangeSum {
  readonly rows: number;
  /** Different keys; undefined where they were not counted. */
  readonly keys?: number;
  readonly first: bigint;
  readonly second: bigint;
}

/** What a system computes itself, so that its rows stay where they are. */
export interface Checksums {
  sums(): Promise<ReadonlyMap<number, RangeSum>>;
  /** Reads the rows whose keys fall into these ranges alone. */
  read(columns: readonly string[], ranges: readonly number[], take: Take): Promise<void>;
}

export type Take = (batch: Batch) => Promise<void> | void;

/** One of the two sides of a comparison. */
export interface Side {
  readonly name: 'source' | 'target';
  /** Whether its columns have types; JSON objects say with each value what it is. */
  readonly typed: boolean;
  /** Its columns: a table's, or every key that a JSON object has. */
  readonly columns: ReadonlyMap<string, CanonicalType | undefined>;
  /** Reads these columns of every row, again and again the same; those that a row does not have are undefined. */
  read(columns: readonly string[], take: Take): Promise<void>;
  /** Undefined where the system cannot, or not for these columns. */
  checksums(columns: Columns): Checksums | undefined;
  /** A folder for what does not fit into memory; absent where all of it is there already. */
  tempDir?(): Promise<string>;
}

const BATCH_ROWS = 1000;

/** A side whose rows are given as JSON objects. */
export function jsonSide(name: Side['name'], rows: readonly Readonly<Record<string, ExactJson>>[]): Side {
  const columns = new Map<string, undefined>();
  for (const row of rows) for (const key of Object.keys(row)) columns.set(key, undefined);
  const cell = (row: Readonly<Record<string, ExactJson>>, key: string): ExactJson | undefined =>
    Object.hasOwn(row, key) ? row[key] : undefined;
  return {
    name,
    typed: false,
    columns,
    checksums: () => undefined,
    async read(names, take) {
      for (let from = 0; from < rows.length; from += BATCH_ROWS) {
        const some = rows.slice(from, from + BATCH_ROWS);
        await take({ rows: some.length, columns: names.map((key) => some.map((row) => cell(row, key))) });
      }
    },
  };
}
