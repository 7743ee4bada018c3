import type { Predicate, PredicateValue } from '../predicate.js';
import type { Column, Schema } from '../types.js';
import type { LoadRef, Receipt } from './sink.js';
import type { Json } from './source.js';

/** The set-based changes from which strategies are written; a sink says which it can carry out. */
export type FinalizePrimitive = FinalizeStep['op'];

/** One step of finalize, from staging to the target. Plain data: the sink writes it in its own words. */
export type FinalizeStep =
  /** The target becomes exactly staging: by renaming staging into place, or by emptying and filling the table. */
  | { readonly op: 'replace_all'; readonly by: 'swap' | 'truncate_insert' }
  /** Staged rows are added; with `unlessKey`, only those whose key the target does not have. */
  | { readonly op: 'append'; readonly unlessKey?: readonly string[] }
  /** Staged rows replace the target's of the same key and the others are added. */
  | { readonly op: 'merge'; readonly key: readonly string[]; readonly by: 'upsert' | 'delete_insert' }
  /** Rows of the target that fit are removed. */
  | { readonly op: 'delete'; readonly where: Predicate }
  /** Whole partitions of the target that staging has rows of are replaced. */
  | { readonly op: 'replace_partitions'; readonly column: string; readonly native: 'auto' | 'required' | 'never' }
  /** Rows of the target whose key staging lacks are removed or marked. */
  | { readonly op: 'remove_absent'; readonly key: readonly string[]; readonly how: 'delete' | 'mark' }
  /** Current versions whose hash differs from staging's, or that staging lacks, end at the load's time. */
  | { readonly op: 'expire'; readonly key: readonly string[]; readonly absent: boolean }
  /** Events of staging are applied in the order of a column. */
  | {
      readonly op: 'apply_events';
      readonly key: readonly string[];
      readonly order: readonly string[];
      readonly deletes: 'apply' | 'mark' | 'ignore';
    };

/** A change of the target's schema, made in the same transaction as the load where the sink has one. */
export type SchemaChange =
  | { readonly kind: 'create_table'; readonly schema: Schema }
  | { readonly kind: 'add_column'; readonly column: Column }
  | { readonly kind: 'widen_column'; readonly column: Column; readonly from: Column['type'] }
  | { readonly kind: 'drop_not_null'; readonly column: string };

/** A rule that staging is held against before anything reaches the target. */
export type StagingCheck = {
  /** `not_null.amount`, unique within the load. */
  readonly id: string;
  readonly on: 'fail' | 'warn' | 'quarantine';
} & (
  | { readonly kind: 'not_null'; readonly column: string }
  | { readonly kind: 'unique'; readonly columns: readonly string[] }
  | { readonly kind: 'accepted_values'; readonly column: string; readonly values: readonly PredicateValue[] }
  | { readonly kind: 'min_rows'; readonly rows: number }
  | { readonly kind: 'max_null_ratio'; readonly column: string; readonly ratio: number }
  /** Every row must fit; NULL results count as a violation. */
  | { readonly kind: 'predicate'; readonly predicate: Predicate }
);

/** Everything that finalize does, as plain JSON: what `plan` shows and what a unit of work can carry. */
export interface LoadProgram {
  readonly load: LoadRef;
  /** Staging's columns: the source's, then the framework's. */
  readonly columns: readonly Column[];
  readonly changes: readonly SchemaChange[];
  readonly steps: readonly FinalizeStep[];
  /** The counts are filled in by the sink, which knows them. */
  readonly receipt: Omit<Receipt, 'inserted' | 'updated' | 'deleted' | 'finalRows' | 'committedAt'>;
  readonly state: { readonly key: string; readonly state: Json } | null;
}
