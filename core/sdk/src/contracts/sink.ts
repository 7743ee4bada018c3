import type { z } from 'zod';
import type { Branded } from '../brand.js';
import type { LaneData, LaneId, LaneOffer } from '../lanes.js';
import type { Column, Schema, TableRef } from '../types.js';
import type { BadRowPolicy, RejectedRow } from './codec.js';
import type { CheckResult, PluginContext } from './context.js';
import type {
  ChangeLimits,
  FinalizePrimitive,
  FinalizeStep,
  LoadProgram,
  SchemaChange,
  StagingCheck,
} from './load-program.js';
import type { SinkRollback } from './rollback.js';
import type { Json } from './source.js';

/** What a sink can do, as data; a strategy that needs what is absent is refused when it is planned. */
export interface SinkCapabilities {
  readonly lanes: readonly LaneId[];
  /** The primitives that `finalize` carries out. */
  readonly finalize: readonly FinalizePrimitive[];
  /** Whether `append` can leave out rows whose key the target has (`unlessKey`). Default true. */
  readonly appendsByKey?: boolean;
  /** The ways in which it carries out `replace_all`. Default: both. */
  readonly replaceAllBy?: readonly Extract<FinalizeStep, { op: 'replace_all' }>['by'][];
  /** The ways in which it carries out `merge`. Default: both. */
  readonly mergeBy?: readonly Extract<FinalizeStep, { op: 'merge' }>['by'][];
  /** The schema changes that it can make. */
  readonly ddl: readonly SchemaChange['kind'][];
  /** The limits that it can set on schema changes. Default: none. */
  readonly changeLimits?: readonly (keyof ChangeLimits)[];
  /** The staging checks that it evaluates set-based. */
  readonly checks: readonly StagingCheck['kind'][];
  /** True where change, receipt and state commit in one transaction; else finalize is idempotent under the load id. */
  readonly transactional: boolean;
  /** True where it can undo a load: with the option `keep_backup`, and {@link Sink.rollback}. Default false. */
  readonly rollback?: boolean;
  /** True where several processes can stage units of one load. */
  readonly parallelStaging: 'process' | 'machine';
  /** Framework columns that it can fill: constants always; `row_id` and `row_hash` need hashing in the system. */
  readonly framework: readonly FrameworkValue[];
  /** Longest identifier in bytes, where there is a limit. */
  readonly maxIdentifier?: number;
  readonly facts?: readonly { readonly fact: string; readonly source: string }[];
}

/** Where a framework column's value comes from. */
export type FrameworkValue =
  | 'load_id'
  | 'run_id'
  | 'loaded_at'
  | 'extracted_at'
  | 'row_id'
  | 'row_hash'
  | 'op'
  /** The bool true. */
  | 'true'
  | 'null';

/** A `__dpone__*` column of the target. */
export interface FrameworkColumn extends Column {
  readonly value: FrameworkValue;
  /** Columns that `row_id` and `row_hash` are made of. */
  readonly of?: readonly string[];
}

/** Which load a staging area, a receipt or a unit belongs to. Plain JSON. */
export interface LoadRef {
  /** A ULID. */
  readonly loadId: string;
  readonly runId: string;
  readonly process: string;
  readonly target: TableRef;
  /** When the run began, ISO 8601 UTC: the value of `loaded_at`. */
  readonly startedAt: string;
  /** The lock's fencing token; finalize refuses an older one than the target has seen. */
  readonly fence: number;
}

/**
 * What staging looks like: the source's columns as the target's types, then the framework's. `columns` stand in the
 * order of the read's schema and are matched to the data by position: a name may differ from the source's (its case, or
 * a column that schema evolution added for a changed type). A column whose source type was guessed from text
 * (`inferred`) is read from the text as the type stated here.
 */
export interface StagingSpec {
  readonly columns: readonly Column[];
  readonly framework: readonly FrameworkColumn[];
  readonly badRows: BadRowPolicy;
  /**
   * False where finalize only reads staging: then it need not outlast a crash, as long as a load cannot commit without
   * rows that it staged. Default: true, staging may take the target's place and must be as durable as the target.
   */
  readonly mayBecomeTarget?: boolean;
}

export interface StageResult {
  readonly rows: number;
  readonly bytes?: number;
  readonly rejected: number;
}

/** One row of `__dpone__loads`: proof that a load's change is in the target. */
export interface Receipt {
  readonly loadId: string;
  readonly runId: string;
  readonly process: string;
  readonly target: string;
  readonly strategy: string;
  readonly fence: number;
  readonly rowsStaged: number;
  readonly rowsRejected: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Rows of the target after the change; null where the system would have to read a large table to count them. */
  readonly finalRows: number | null;
  readonly startedAt: string;
  readonly committedAt: string;
  /** What was read ({@link SourceRead.identity}), the schema, the lane and the state before and after. */
  readonly detail: Json;
}

export interface StateRecord {
  /** `<process>/<source identity>`. */
  readonly key: string;
  readonly state: Json;
  readonly loadId: string;
  readonly updatedAt: string;
}

export interface TargetInfo {
  readonly exists: boolean;
  /** With the framework's columns; null where the table does not exist. */
  readonly schema: Schema | null;
  readonly rows?: number;
}

export interface TargetLock {
  readonly fence: number;
  /** Proves that the owner lives; the engine calls it every few seconds. Throws DPONE_FENCED where another took over. */
  heartbeat(): Promise<void>;
  release(): Promise<void>;
}

export interface FinalizeResult {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Rows of the target after the change; null where the system would have to read a large table to count them. */
  readonly finalRows: number | null;
}

export interface CheckOutcome {
  readonly check: StagingCheck;
  /** Rows (or keys) that break it; 0 = green. */
  readonly violations: number;
  /** What was measured, for min_rows, max_null_ratio and count. */
  readonly measured?: number;
}

/** The staging of one load. */
export interface SinkLoad {
  /**
   * Adds a partition's data to staging. Called several times at once where the planner says so. `rows` of the result are
   * in staging, `rejected` are not; `onProgress` is given what this partition has come to so far (rows, bytes).
   */
  stage(data: LaneData, partition: number, onProgress: (rows: number, bytes: number) => void): Promise<StageResult>;
  /** Rows in staging, counted by the system. */
  count(): Promise<number>;
  measure(checks: readonly StagingCheck[]): Promise<CheckOutcome[]>;
  /** Moves the rows that break a check out of staging, into the rejected ones; resolves with how many. */
  quarantine(checks: readonly StagingCheck[]): Promise<number>;
  /** Rows that could not be read and rows set aside, in order of partition. */
  rejected(): AsyncIterable<RejectedRow>;
  /** The largest value of a column in staging and the rejected rows, as text; null where there is none. */
  max(column: string): Promise<string | null>;
  /** Applies the program, with receipt and state, as one effect; calls `step` at each named protocol step. */
  finalize(program: LoadProgram): Promise<FinalizeResult>;
  /** Removes staging; nothing where there is none. */
  drop(): Promise<void>;
}

export interface Sink {
  check(): Promise<CheckResult[]>;
  /** Reads only. */
  inspect(): Promise<TargetInfo>;
  /** Whether the target has more rows than that; for sinks whose `inspect` does not say how many it has. */
  exceeds?(rows: number): Promise<boolean>;
  /** How many rows have a value in `column` and none in `successor`. Reads only; every sink that drops columns has it. */
  unfilled?(column: string, successor: string): Promise<number>;
  accepts(columns: readonly Column[]): readonly LaneOffer[];
  /** The type that a column gets in the target, or why it can have none. */
  physicalType(column: Column): { readonly type: string } | { readonly refused: string };
  /** The statements of a program as the sink would run them, for `dpone plan`. Touches nothing. */
  explain(program: LoadProgram): readonly string[];
  /** Waits at most `waitMs`; DPONE_TARGET_LOCKED then names the holder. */
  lock(
    owner: { readonly loadId: string; readonly host: string; readonly pid: number },
    waitMs: number,
  ): Promise<TargetLock>;
  /** Loads of this target whose staging or unfinished finalize is still there. Needs the lock. */
  openLoads(): Promise<readonly { readonly loadId: string }[]>;
  /** Finishes what an interrupted, idempotent finalize began (a no-op where finalize is one transaction), else drops its staging. */
  recover(loadId: string): Promise<'finished' | 'undone'>;
  receipt(loadId: string): Promise<Receipt | null>;
  /** The newest first. */
  history(limit: number): Promise<readonly Receipt[]>;
  state(key: string): Promise<StateRecord | null>;
  states(): Promise<readonly StateRecord[]>;
  resetState(key: string): Promise<void>;
  /**
   * Writes a state outside of a load, where the stored one is still of `expectedLoadId` (null: none is there); else
   * DPONE_FENCED. Absent where the sink cannot compare and write at once.
   */
  putState?(record: Pick<StateRecord, 'key' | 'state' | 'loadId'>, expectedLoadId: string | null): Promise<void>;
  /** Makes staging. */
  begin(load: LoadRef, staging: StagingSpec): Promise<SinkLoad>;
  /** The staging that another process made. */
  attach(load: LoadRef, staging: StagingSpec): Promise<SinkLoad>;
  /** Absent where the sink can undo no load. */
  readonly rollback?: SinkRollback;
  close(): Promise<void>;
}

export interface SinkContext<C, O> extends PluginContext {
  readonly connection: C;
  readonly options: O;
  readonly table: TableRef;
  /** `sink.staging.schema`, where the manifest names one. */
  readonly stagingSchema?: string;
  /** Called by `finalize` at each named step inside it; the fault-injection suite kills the process there. */
  readonly step: (name: FinalizeStepName) => Promise<void>;
}

/** The named steps inside finalize, in order. */
export type FinalizeStepName = 'finalize.begun' | 'finalize.changed' | 'finalize.receipted' | 'finalize.committed';

export interface SinkDefinition<C = unknown, O = unknown> extends Branded<'sink'> {
  readonly summary: string;
  readonly connection: z.ZodType<C> | null;
  readonly options: z.ZodType<O>;
  readonly table: 'required' | 'optional' | 'none';
  readonly capabilities: SinkCapabilities;
  /** A `sink:` block that works, for `dpone init` and the docs; it must parse. */
  readonly example: Readonly<Record<string, Json>>;
  create(ctx: SinkContext<C, O>): Promise<Sink> | Sink;
}
