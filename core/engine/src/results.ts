import type { DponeError, Json } from '@dpone/sdk';
import type { PendingChange } from './evolution/schema-ledger.js';
import type { ChunkCounts, ChunkRecord } from './backfill/chunk-record.js';
import type { QualityOutcome } from './quality/outcome.js';

/** The named steps of the load protocol, in order; docs/specs/load-protocol.md says what each promises. */
export const PROTOCOL_STEPS = [
  'load.locked',
  'load.recovered',
  'package.started',
  'stage.created',
  'stage.unit',
  'stage.written',
  'stage.checked',
  'finalize.begun',
  'finalize.changed',
  'finalize.receipted',
  'finalize.committed',
  'package.committed',
  'stage.dropped',
  'load.unlocked',
] as const;
export type ProtocolStep = (typeof PROTOCOL_STEPS)[number];

/** What a run tells while it goes on; renderers and tests listen. */
export type RunEvent =
  | { readonly type: 'process.started'; readonly process: string; readonly run_id: string; readonly load_id: string }
  | { readonly type: 'planned'; readonly process: string; readonly plan: PlanResult }
  | { readonly type: 'step'; readonly process: string; readonly load_id: string; readonly step: ProtocolStep }
  | {
      readonly type: 'progress';
      readonly process: string;
      readonly phase: 'stage' | 'finalize';
      readonly rows: number;
      readonly bytes: number;
      readonly total_rows?: number;
      readonly total_bytes?: number;
    }
  | {
      readonly type: 'retry';
      readonly process: string;
      readonly attempt: number;
      readonly wait_seconds: number;
      readonly error: DponeError;
    }
  /** A chunk of a backfill was committed, has failed or was set aside. */
  | ({
      readonly type: 'chunk';
      readonly process: string;
      readonly chunks: number;
      readonly committed: number;
    } & Pick<ChunkRecord, 'chunk' | 'from' | 'to' | 'status' | 'rows' | 'reason'>)
  /** A run that follows found nothing new and looks again later. */
  | { readonly type: 'waiting'; readonly process: string }
  | { readonly type: 'process.finished'; readonly process: string; readonly result: ProcessResult };

/** `dpone run --format json` of one process: the reference system's keys, and ours. */
export interface ProcessResult {
  readonly manifest: string;
  readonly process: string;
  readonly selector: string | null;
  readonly run_id: string;
  readonly passed: boolean;
  readonly result: {
    readonly status: 'success' | 'failed' | 'skipped';
    readonly inserted_rows: number;
    readonly updated_rows: number;
    readonly deleted_rows: number;
    readonly rejected_rows: number;
    /** Null where the target's system would have to read a large table to count them. */
    readonly final_rows: number | null;
    readonly extracted_rows: number;
    readonly bytes: number;
    readonly duration_seconds: number;
    readonly errors: readonly {
      readonly code: string;
      readonly message: string;
      readonly where?: string;
      readonly remedy: string;
    }[];
  };
  readonly attempts: number;
  readonly max_attempts: number;
  readonly retry_backoff_seconds: number;
  readonly load_id: string;
  readonly lane: string | null;
  readonly strategy: string;
  readonly schema_changes: readonly string[];
  /** Changes of the schema that wait, and the file of each that is to be approved. */
  readonly schema_pending: readonly PendingChange[];
  /** Every rule of quality that the load got to, each with what it came to. */
  readonly quality: readonly QualityOutcome[];
  readonly warnings: readonly string[];
  readonly state: { readonly key: string; readonly before: Json; readonly after: Json } | null;
  /** Of a backfill: how its chunks stand. */
  readonly chunks?: ChunkCounts;
  readonly artifacts: { readonly package: string; readonly quarantine: string | null };
}

export interface RunResult {
  readonly passed: boolean;
  readonly exit: 0 | 1 | 2 | 3;
  readonly processes: readonly ProcessResult[];
}

/** What a run came to that followed a source. */
export interface FollowResult {
  readonly passed: boolean;
  readonly exit: 0 | 1 | 2 | 3;
  readonly run_id: string;
  /** Loads that were committed. */
  readonly loads: number;
  readonly extracted_rows: number;
}

/** `dpone plan --format json`: the reference system's keys, and ours. */
export interface PlanResult {
  readonly process: string;
  readonly selector: string | null;
  readonly lane: {
    readonly id: string;
    readonly transport: string;
    readonly codec: string | null;
    /** The sink's server reads the files from where they are. */
    readonly remote?: true;
    /** Each cheaper lane that was refused, and why. */
    readonly refused: readonly { readonly lane: string; readonly reason: string }[];
  };
  readonly statements: readonly string[];
  readonly schema_changes: readonly string[];
  readonly warnings: readonly string[];
  readonly [key: string]: unknown;
}
