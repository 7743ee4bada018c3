import type { Json } from '../contracts/source.js';
import type { RowBatch } from '../lanes.js';
import type { Schema } from '../types.js';

/** A `source:` block as a manifest has it: `type`, `connection` or `connection_id`, `table`, `options`. */
export type SourceBlock = Readonly<Record<string, Json>>;

/** One consistent state of a live source, while it is open. */
export interface LiveSource {
  readonly schema: Schema;
  /** Its rows in batches, in the schema's column order; may be asked for again, and shows the same state again. */
  batches(): AsyncIterable<RowBatch>;
  /** A folder that is gone when the source is closed. */
  tempDir(): Promise<string>;
}

export interface LiveSourceOptions {
  /** What the block is called in errors: `--source`. */
  readonly where: string;
  /** Columns in order. Default: all of them. */
  readonly columns?: readonly string[] | undefined;
  /** With dpone's own columns (`__dpone__*`), which tell of a load. Default false. */
  readonly own?: boolean;
}
