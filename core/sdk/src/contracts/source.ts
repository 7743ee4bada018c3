import type { z } from 'zod';
import type { Branded } from '../brand.js';
import type { Lane, LaneData, LaneId, LaneOffer } from '../lanes.js';
import type { Predicate } from '../predicate.js';
import type { Schema, TableRef } from '../types.js';
import type { BadRowPolicy } from './codec.js';
import type { CheckResult, PluginContext } from './context.js';
import type { EventEnvelope } from './load-program.js';

/** JSON that a cursor, a unit of work or a state is made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** How a source knows what is new since the last load. */
export type CursorKind =
  /** Rows whose `incremental_column` is past the last value seen. */
  | 'column'
  /** Files or objects that were not taken yet. */
  | 'new_files'
  /** Postgres row versions. */
  | 'xmin'
  /** A log of changes. */
  | 'cdc'
  /** Positions in a stream. */
  | 'offsets';

/** What a source can do, as data: the planner, the conformance kit, the docs and the marketplace read the same object. */
export interface SourceCapabilities {
  readonly lanes: readonly LaneId[];
  readonly cursors: readonly CursorKind[];
  /** Whether one read can be split into partitions that share one snapshot. Default false. */
  readonly partitions: boolean;
  /** What one read sees while the source is written to. */
  readonly snapshot: 'consistent' | 'per_file' | 'offsets';
  /** How the events of its `cdc` cursor say what they are. */
  readonly events?: EventEnvelope;
  /**
   * The reads whose partitions another process can carry out, of the same state of the source: `all`, or by a cursor.
   * `chunk`: a read of everything as one partition, of the state in which the other process finds it, which is enough
   * for a chunk of a backfill. Default: none.
   */
  readonly elsewhere?: readonly ('all' | 'chunk' | CursorKind)[];
  /** Limits and facts, each with where it comes from. */
  readonly facts?: readonly { readonly fact: string; readonly source: string }[];
}

/** What a load asks of a source. */
export interface ReadRequest {
  /** `all`, or only what is new by this cursor since `state`. */
  readonly scope: 'all' | { readonly cursor: CursorKind; readonly column?: string };
  /** What the last committed load left under this source's cursor; null before the first. */
  readonly state: Json;
  /** Columns in order; all where absent. */
  readonly columns?: readonly string[];
  readonly where?: Predicate;
  /** The most partitions that are of use. */
  readonly parallel: number;
  /** The column whose ranges split the read, where the manifest names one; the source chooses where absent. */
  readonly partitionBy?: {
    readonly column: string;
    /** Both ends belong to the read whatever they are: rows outside of them go to the first and the last partition. */
    readonly bounds?: { readonly lower: string | number; readonly upper: string | number };
  };

  /** The target's columns, for sources that guess types from text. */
  readonly hint?: Schema;
  readonly badRows: BadRowPolicy;
  /**
   * True where a row that an earlier load took may come again: the load matches rows by their key. Default false: what
   * was taken is added a second time if it is read a second time.
   */
  readonly mayRepeat?: boolean;
  /**
   * The most rows that an increment should hold; what is left is the next load's. A source that cannot end an increment
   * early takes all of it. Default: no limit.
   */
  readonly maxRows?: number;
}

/** One part of a read as plain JSON, so that another process can carry it out. */
export interface Partition {
  /** `0`, `1`, ... within the read. */
  readonly index: number;
  readonly spec: Json;
  readonly estimate?: Estimate;
}

export interface Estimate {
  readonly rows?: number;
  readonly bytes?: number;
}

/** How the state goes on once the load is committed. */
export type StateAdvance =
  | { readonly kind: 'none' }
  /**
   * A value (taken files, a log position, an xmin). Read once everything is staged: a source that learns it while it
   * reads gives `advance` as a getter.
   */
  | { readonly kind: 'value'; readonly state: Json }
  /** The largest value of a column among the rows read, set-based on staging; the old state where there is none. */
  | { readonly kind: 'max'; readonly column: string };

/** One consistent read: everything in it is of one state of the source. */
export interface SourceRead {
  readonly schema: Schema;
  readonly estimate: Estimate;
  readonly partitions: readonly Partition[];
  readonly lanes: readonly LaneOffer[];
  readonly advance: StateAdvance;
  /** What makes this read the one it is (file list with sizes and times, snapshot id): recorded in the receipt. */
  readonly identity: Json;
  /** The data of a partition on a lane that `lanes` offered. */
  data(partition: Partition, lane: Lane): Promise<LaneData>;
  /** Called when every partition is staged and before the commit: throws DPONE_SOURCE_CHANGED where the source moved under the read. */
  verify(): Promise<void>;
  /**
   * Called before `close`, once it is certain whether the load took effect (its state is stored too) or left no trace.
   * Never called where that is not known, and where nothing was loaded (`plan`, `preview`). An error is a warning of the
   * load. For sources that keep something at their system between loads, such as a replication slot.
   */
  settled?(outcome: 'committed' | 'undone'): Promise<void>;
  close(): Promise<void>;
}

export interface Source {
  /** Does what a load would do and no more: connects, lists, asks for privileges. */
  check(): Promise<CheckResult[]>;
  open(request: ReadRequest): Promise<SourceRead>;
  /**
   * How many rows are new since `state` (as `ReadRequest.state`), at most; 0 says that there are none. For sources that
   * know it for next to nothing and hold nothing up between reads: a run that follows keeps such a source open and asks
   * it often. Absent where only a read can tell: then each look is a load of its own, on a source of its own.
   */
  pending?(state: Json): Promise<number>;
  close(): Promise<void>;
}

export interface SourceContext<C, O> extends PluginContext {
  readonly connection: C;
  readonly options: O;
  /** Absent where the manifest names none (files). */
  readonly table?: TableRef;
  /** The name of the process that reads; absent outside of one. */
  readonly process?: string;
}

/**
 * A source of a system.
 * @example host.source('files', defineSource({ summary: 'CSV, TSV, JSON Lines and Parquet files', connection: null, options, capabilities, example, create }))
 */
export interface SourceDefinition<C = unknown, O = unknown> extends Branded<'source'> {
  /** One line, for listings. */
  readonly summary: string;
  /** Shape of the connection (from `connection`, `connection_id` or a URI as `{ uri }`); null where the system needs none. */
  readonly connection: z.ZodType<C> | null;
  readonly options: z.ZodType<O>;
  readonly table: 'required' | 'optional' | 'none';
  readonly capabilities: SourceCapabilities;
  /** A `source:` block that works, for `dpone init` and the docs; it must parse. */
  readonly example: Readonly<Record<string, Json>>;
  create(ctx: SourceContext<C, O>): Promise<Source> | Source;
}
