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
  /**
   * Staged rows replace the target's of the same key and the others are added. With `unlessSame`, a row is replaced only
   * where one of these columns differs from the target's; NULL is the same as NULL.
   */
  | {
      readonly op: 'merge';
      readonly key: readonly string[];
      readonly by: 'upsert' | 'delete_insert';
      readonly unlessSame?: readonly string[];
    }
  /** Rows of the target that fit are removed. */
  | { readonly op: 'delete'; readonly where: Predicate }
  /** Whole partitions of the target that staging has rows of are replaced. */
  | { readonly op: 'replace_partitions'; readonly column: string; readonly native: 'auto' | 'required' | 'never' }
  /** Rows of the target whose key staging lacks are removed, or marked in `__dpone__deleted_at` with the load's time. */
  | { readonly op: 'remove_absent'; readonly key: readonly string[]; readonly how: 'delete' | 'mark' }
  | AddVersionsStep
  | ApplyEventsStep;

/** Whether staging may take the target's place. */
export const swaps = (steps: readonly FinalizeStep[]): boolean =>
  steps.some((step) => step.op === 'replace_all' && step.by === 'swap');

/** Whether no row of before is left. */
export const replacesAll = (steps: readonly FinalizeStep[]): boolean => steps.some((step) => step.op === 'replace_all');

/**
 * Staged rows become versions of their keys (a slowly changing dimension of type 2). A version holds from its `from` up to
 * its `to`, the next one's `from`; the last has no `to` and is current, unless its key has ended. So versions of a key
 * neither overlap nor leave a gap, except from an end to a return.
 *
 * Without `effective` a staged row holds since the load's time, or since a microsecond after the current version's `from`
 * where that is later; one that equals the current version changes nothing. With `effective` the key's history is what
 * staged rows and versions say together, in the order of their times: a staged row takes the place of a version of the
 * same time where it differs, and one that equals the version before it is left out. Either way the same batch a second
 * time changes nothing. Added versions count as inserted, those that got another end as updated, those that went as
 * deleted.
 */
export interface AddVersionsStep {
  readonly op: 'add_versions';
  readonly key: readonly string[];
  /** The staged column that says since when a row holds; null: since the load's time, and staging has one row a key. */
  readonly effective: string | null;
  /** Columns that make a version another one; NULL is the same as NULL. */
  readonly compare: readonly string[];
  /** The framework columns of a version: an instant, an instant or NULL, a bool. */
  readonly from: string;
  readonly to: string;
  readonly current: string;
  /** What happens to the current version of a key that staging lacks: it ends at the load's time, or stays. */
  readonly absent: 'end' | 'keep';
}

/**
 * Events of staging are applied to the target in the order of a column. What counts is the last event of a key: its row
 * replaces the target's, or the target's is removed, marked or left. An event whose order is not past the one that the
 * row was written by (`seq`) changes nothing, so that a replay has no effect. An event that changed its key takes the row
 * of the old key away as a deletion does.
 *
 * Each key counts by what the load made of it, however many events it had: inserted where its row was not there, updated
 * where an event wrote it anew, deleted where the load removed it from what is current, that is removed or marked it. A
 * row that was marked before and is only marked again counts as nothing; one that the load itself wrote and then marked
 * counts as written and as deleted.
 */
export interface ApplyEventsStep {
  readonly op: 'apply_events';
  readonly key: readonly string[];
  /** Staged columns that say what an event is; they do not reach the target. */
  readonly envelope: EventEnvelope;
  /** The framework column with the order of the event that a row was written by. */
  readonly seq: string;
  /** Rows of deleted keys are removed, marked in `__dpone__deleted_at` with the load's time, or left. */
  readonly deletes: 'apply' | 'mark' | 'ignore';
}

/** How change events say what they are. */
export interface EventEnvelope {
  /** The column with the kind of event: a text, compared without regard to case. */
  readonly operation: string;
  /** The column that events are applied in the order of: an integer. Events of different keys may share a number. */
  readonly order: string;
  /** The column with a JSON list of columns that the event leaves as they are; absent where events have whole rows. */
  readonly unchanged?: string;
  /** The column with the key before the event, a JSON object, where the event changed it; absent where keys never change. */
  readonly oldKey?: string;
  /** Every column of the envelope, also those that nothing above names. */
  readonly columns: readonly string[];
  /** Values of `operation` for events with the row as it is, for removed rows, and for emptied tables. In lower case. */
  readonly upserts: readonly string[];
  readonly deletes: readonly string[];
  readonly truncates: readonly string[];
}

/** A change of the target's schema, made in the same transaction as the load where the sink has one. */
export type SchemaChange =
  | { readonly kind: 'create_table'; readonly schema: Schema }
  | { readonly kind: 'add_column'; readonly column: Column }
  /** `column` is of its new type, without `native`. */
  | { readonly kind: 'widen_column'; readonly column: Column; readonly from: Column['type'] }
  | { readonly kind: 'drop_not_null'; readonly column: string }
  /** The column keeps its type, its values and what else is said of it. Comes before every other change but a drop. */
  | { readonly kind: 'rename_column'; readonly from: string; readonly to: string }
  /** The column goes with its values. Comes before every other change, also before a column that takes over its name. */
  | { readonly kind: 'drop_column'; readonly column: string };

/** How long a change of an existing table waits for locks and how long its statement may take, in seconds; 0 = for ever. */
export interface ChangeLimits {
  readonly lockSeconds?: number;
  readonly statementSeconds?: number;
}

/** A range of numbers. An absent end is no bound; an `open` end does not belong to it. */
export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  readonly minOpen?: true;
  readonly maxOpen?: true;
}

/** What every staged row must fit. */
export type RowRule =
  | { readonly kind: 'not_null'; readonly column: string }
  | { readonly kind: 'accepted_values'; readonly column: string; readonly values: readonly PredicateValue[] }
  /** Every row must fit; NULL results count as a violation. */
  | { readonly kind: 'predicate'; readonly predicate: Predicate }
  /** The value as text has so many Unicode characters; NULL fits. */
  | { readonly kind: 'length'; readonly column: string; readonly min?: number; readonly max?: number }
  /** The value as text holds a match of a regular expression as {@link portablePattern} writes it; NULL fits. */
  | { readonly kind: 'pattern'; readonly column: string; readonly pattern: string };

/** What is counted in staging: all rows, those that break a rule, or those whose values came before (NULLs do not count). */
export type Counted =
  | { readonly what: 'rows' }
  | { readonly what: 'broken'; readonly rule: RowRule }
  | { readonly what: 'repeated'; readonly columns: readonly string[] };

/** What staging is held against. */
export type StagingRule =
  | RowRule
  | { readonly kind: 'unique'; readonly columns: readonly string[] }
  | { readonly kind: 'min_rows'; readonly rows: number }
  | { readonly kind: 'max_null_ratio'; readonly column: string; readonly ratio: number }
  /** At most so many different values, NULL not counted; how many there are is `measured`. */
  | { readonly kind: 'max_distinct'; readonly column: string; readonly values: number }
  /** The number, in rows or in percent of all rows (of none: 0), lies in one of the ranges. */
  | {
      readonly kind: 'count';
      readonly counted: Counted;
      readonly unit: 'rows' | 'percent';
      readonly within: readonly NumberRange[];
    }
  /**
   * A SELECT of one value, which lies in one of the ranges. `${object}` in it stands for staging, `${property}` for the
   * columns. The sink runs it where nothing can be changed.
   */
  | {
      readonly kind: 'query';
      readonly query: string;
      readonly columns: readonly string[];
      readonly within: readonly NumberRange[];
    };

/** A rule that staging is held against before anything reaches the target. */
export type StagingCheck = {
  /** `not_null.amount`, unique within the load. */
  readonly id: string;
  readonly on: 'fail' | 'warn' | 'quarantine';
} & StagingRule;

/** Everything that finalize does, as plain JSON: what `plan` shows and what a unit of work can carry. */
export interface LoadProgram {
  readonly load: LoadRef;
  /** Staging's columns that reach the target: the source's without an envelope's, then the framework's. */
  readonly columns: readonly Column[];
  readonly changes: readonly SchemaChange[];
  /** Limits of these changes, those that the sink declares; absent = as its connection has them. */
  readonly limits?: ChangeLimits;
  readonly steps: readonly FinalizeStep[];
  /** The counts are filled in by the sink, which knows them. */
  readonly receipt: Omit<Receipt, 'inserted' | 'updated' | 'deleted' | 'finalRows' | 'committedAt'>;
  readonly state: { readonly key: string; readonly state: Json } | null;
}
