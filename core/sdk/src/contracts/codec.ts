import type { z } from 'zod';
import type { Branded } from '../brand.js';
import type { FileSet, FileTarget, FormatOptions, LaneId, RowBatch } from '../lanes.js';
import type { Schema } from '../types.js';
import type { PluginContext } from './context.js';

export type FileLane = Exclude<LaneId, 'rows'>;

/** A row that could not be read, or that a rule set aside. */
export interface RejectedRow {
  /** The row's values by column, or its raw text where it could not be split into columns. */
  readonly row: Readonly<Record<string, unknown>> | { readonly raw: string };
  /** One sentence: `amount: "abc" is not a decimal(12,2)`. */
  readonly reason: string;
  /** Where it was: file, line, partition, offset, rule. */
  readonly diagnostics: Readonly<Record<string, unknown>>;
}

/** How rows that cannot be read as the schema says are met: `fail` at the first one, or set them aside. */
export type BadRowPolicy = 'fail' | 'reject';

export interface ConvertRequest {
  readonly from: FileSet;
  readonly to: FileTarget;
  /** The columns to write, in order, as types of the target file. */
  readonly schema: Schema;
  /** Columns with one value for every row (load id, load time), appended after the schema's. */
  readonly constants: readonly ConstantColumn[];
  readonly badRows: BadRowPolicy;
}

/** A framework column whose value is the same for a whole load: a byte lane stays a byte lane. */
export interface ConstantColumn {
  readonly name: string;
  readonly type: Schema['columns'][number]['type'];
  /** In the rows lane's form. */
  readonly value: string | number | boolean | null;
}

export interface ConvertResult {
  readonly rows: number;
  readonly bytes: number;
  readonly rejected: readonly RejectedRow[];
}

/** What files hold, and how their text is written. */
export interface FileSchema extends Schema {
  /** The format as given and found; passed on in {@link FileSet.format} it is not guessed a second time. */
  readonly format?: FormatOptions;
}

/** Reads and writes file formats in native code, and turns one into another. */
export interface Codec {
  /** The schema of the files: declared (parquet) or guessed from a sample (csv, jsonl: `inferred: true`). */
  describe(files: FileSet): Promise<FileSchema>;
  /** Rows in the files, where the format knows without reading them (parquet), else undefined. */
  countRows(files: FileSet): Promise<number | undefined>;
  convert(request: ConvertRequest, signal: AbortSignal): Promise<ConvertResult>;
  /** The rows lane of the files. */
  read(files: FileSet, schema: Schema, signal: AbortSignal): AsyncIterable<RowBatch>;
  /** Writes the rows lane to a file. */
  write(
    batches: AsyncIterable<RowBatch>,
    schema: Schema,
    to: FileTarget,
    signal: AbortSignal,
  ): Promise<{ rows: number; bytes: number }>;
  close(): Promise<void>;
}

/**
 * A codec that plugins provide for some file lanes.
 * @example host.codec('duckdb', defineCodec({ summary: '...', reads: ['csv'], writes: ['parquet'], create: (ctx) => ... }))
 */
export interface CodecDefinition extends Branded<'codec'> {
  readonly summary: string;
  readonly reads: readonly FileLane[];
  readonly writes: readonly FileLane[];
  readonly options: z.ZodType;
  create(ctx: PluginContext): Promise<Codec> | Codec;
}

/** What the host offers a connector: the codec for a lane, opened when first asked for and closed with the run. */
export interface CodecService {
  /** Throws DPONE_TYPE_UNKNOWN, with the command that installs one, where no plugin reads `from` (and writes `to`). */
  for(from: FileLane, to?: FileLane): Promise<Codec>;
}
