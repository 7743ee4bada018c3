import { withArticle } from './util/with-article.js';
import type { Readable } from 'node:stream';
import type { ConstantColumn, RejectedRow } from './contracts/codec.js';
import type { Predicate } from './predicate.js';
import type { CanonicalType, Column, Schema } from './types.js';

/**
 * A lane is the form in which data travels. Byte lanes carry an encoding that is never parsed in JavaScript;
 * `rows` carries typed column batches and always works.
 */
export const LANES = [
  'parquet',
  'arrow',
  'native',
  'rowbinary',
  'pg-copy-binary',
  'pg-copy-text',
  'csv',
  'tsv',
  'jsonl',
  'rows',
] as const;
export type LaneId = (typeof LANES)[number];

/**
 * How a lane's data gets across.
 * - `pull`: the source names files and the sink's own engine reads them (nothing passes through this process);
 * - `push`: the sink names a file and the source's own engine writes it;
 * - `stream`: bytes flow through this process with back-pressure;
 * - `rows`: typed batches flow through this process.
 */
export type Transport = 'pull' | 'push' | 'stream' | 'rows';

export interface Lane {
  readonly id: LaneId;
  readonly transport: Transport;
  /** With `pull`: the sink's server reads the files from where they are, and no byte of them passes this machine. */
  readonly remote?: true;
}

/** Files that a server other than this machine can read. */
export interface RemoteFiles {
  /** `https://bucket.s3.eu-central-1.amazonaws.com/a/b.parquet`; the names have no wildcards in them. */
  readonly urls: readonly string[];
  /** What requests to them are signed with; null where they are open to everyone. Secret: for statements alone. */
  readonly keys: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  } | null;
}

/** One lane that a source offers or a sink accepts for a schema. */
export interface LaneOffer extends Lane {
  /** Relative cost of moving a row this way, for this side; lower is preferred. Typical: pull/push 1, stream 3, rows 20. */
  readonly cost: number;
  /** Why this side cannot carry a column on this lane without loss; absent or undefined where it can. */
  readonly refuses?: (column: Column) => string | undefined;
}

/** How a text format is written; the defaults are each format's own (`csv`: comma, `"`, header, empty unquoted = NULL). */
export interface FormatOptions {
  readonly delimiter?: string;
  readonly quote?: string;
  readonly escape?: string;
  readonly header?: boolean;
  /** Texts that stand for NULL. */
  readonly nulls?: readonly string[];
  readonly encoding?: string;
  readonly dateFormat?: string;
  readonly timestampFormat?: string;
  /** Rows looked at to guess types; -1 = all. Default 20480. */
  readonly sampleRows?: number;
  /**
   * Every column that the files have, in order, as `describe` found them: a text file that holds another one is an
   * error, not a silent loss. Columns that a read leaves out on purpose are listed here all the same.
   */
  readonly columns?: readonly string[];
  /** Columns of hive-style path segments (`day=2026-01-01/`). */
  readonly hivePartitioning?: boolean;
  /** Parquet: rows a row group. */
  readonly rowGroupRows?: number;
  /** Parquet: how its pages are compressed. Default: the writer's own way; `none` for files that are read once, at once. */
  readonly pageCompression?: 'none' | 'zstd' | 'gzip';
}

export type Compression = 'none' | 'gzip' | 'zstd';

/** Files of one format to read, in order. Plain JSON: it crosses processes inside a unit of work. */
export interface FileSet {
  readonly lane: Exclude<LaneId, 'rows'>;
  readonly paths: readonly string[];
  readonly compression: Compression;
  readonly format: FormatOptions;
  /** Rows that are not wanted; applied while reading. */
  readonly where?: Predicate;
}

/** One file to write. */
export interface FileTarget {
  readonly lane: Exclude<LaneId, 'rows'>;
  readonly path: string;
  readonly compression: Compression;
  readonly format: FormatOptions;
}

/** A batch of the rows lane: `columns[c][r]` in the schema's column order, values as described at {@link CanonicalType}. */
export interface RowBatch {
  readonly rows: number;
  readonly columns: readonly (readonly unknown[])[];
  /**
   * What the source could not read between these rows (messages that are no JSON), where rows are to be set aside. The
   * engine keeps them; a sink never sees them, and a batch of nothing else does not reach it.
   */
  readonly rejected?: readonly RejectedRow[];
}

/** What a source gives for one partition on the planned lane. */
export type LaneData =
  | {
      readonly transport: 'pull';
      readonly files: FileSet;
      readonly schema: Schema;
      /** On a remote lane, in place of `files.paths`, which is empty. */
      readonly remote?: RemoteFiles;
      /** Rows of the files less those that `where` leaves out, where the format knows; compared with what was staged. */
      readonly sent?: number | undefined;
      /** Called once the files are no longer read, where the source wants to know: it may have copied them here. */
      readonly release?: () => Promise<void>;
    }
  | {
      readonly transport: 'push';
      readonly schema: Schema;
      /** True where `write` puts constants behind its columns; else they are the sink's own business. */
      readonly takesConstants?: boolean;
      /** Writes the partition to the file that the sink names; resolves with what was written. */
      readonly write: (
        target: FileTarget,
        signal: AbortSignal,
        constants?: readonly ConstantColumn[],
      ) => Promise<{ rows: number; bytes?: number }>;
    }
  | {
      readonly transport: 'stream';
      readonly lane: Exclude<LaneId, 'rows'>;
      readonly schema: Schema;
      readonly format: FormatOptions;
      readonly stream: Readable;
      /** Rows that the source's system says it sent, once the stream has ended; undefined where it cannot say. */
      readonly sent: Promise<number | undefined>;
    }
  | { readonly transport: 'rows'; readonly schema: Schema; readonly batches: AsyncIterable<RowBatch> };

/**
 * What a lane's encoding itself cannot carry, whoever writes it: the reason, or undefined where it can.
 * `csv` and `tsv` here are dpone's own dialect, in which NULL is empty and unquoted and `''` is quoted.
 */
export function laneRefuses(lane: LaneId, type: CanonicalType): string | undefined {
  switch (lane) {
    case 'csv':
    case 'tsv':
      return type.kind === 'array' || type.kind === 'struct' || type.kind === 'map'
        ? `${lane} has no form for ${withArticle(type.kind)}`
        : undefined;
    default:
      return undefined;
  }
}

/**
 * Whether a lane's encoding is a system's own, which another type cannot be read from: both sides must then have the
 * same type by the same name (its length or precision may differ, where the target's holds the source's).
 */
export const laneNeedsSameType = (lane: LaneId): boolean => lane === 'pg-copy-binary';

/** A type's name without its arguments: `timestamp with time zone` for `timestamp(3) with time zone`. */
export const typeWithoutArguments = (name: string): string => name.replace(/\([^()]*\)/, '');
