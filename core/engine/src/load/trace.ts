import type { FinalizeResult, Json } from '@dpone/sdk';
import type { PendingChange } from '../evolution/schema-ledger.js';
import type { ChunkCounts } from '../backfill/chunk-record.js';
import type { QualityOutcome } from '../quality/outcome.js';
import type { LineageRecord } from '../record/run-record.js';

/** What a load has come to so far; whatever happens, this much can be told. */
export interface LoadTrace {
  readonly runId: string;
  readonly loadId: string;
  lane: string | null;
  schemaChanges: string[];
  /** Changes of the schema that wait. */
  schemaPending: PendingChange[];
  warnings: string[];
  /** What the rules of quality came to, as far as the load got. */
  quality: QualityOutcome[];
  extracted: number;
  rejected: number;
  bytes: number;
  /** Null until the load is committed. */
  committed: FinalizeResult | null;
  state: { key: string; before: Json; after: Json } | null;
  /** Relative to the project; null where none was written. */
  package: string | null;
  quarantine: string | null;
  /** Of a backfill: how its chunks stand. */
  chunks?: ChunkCounts;
  /** Null until the load is planned. */
  lineage: LineageRecord | null;
}

export const newTrace = (runId: string, loadId: string): LoadTrace => ({
  runId,
  loadId,
  lane: null,
  schemaChanges: [],
  schemaPending: [],
  warnings: [],
  quality: [],
  extracted: 0,
  rejected: 0,
  bytes: 0,
  committed: null,
  state: null,
  package: null,
  quarantine: null,
  lineage: null,
});
