import type { StagingCheck } from '@dpone/sdk';
import type { QualityMode, VolumeBounds } from '../manifest/process-spec.js';

/** Where a check comes from; it decides the error that a red one raises. */
export type CheckOrigin = 'strategy' | 'contract' | 'target' | 'quality' | 'odcs';

interface Planned {
  readonly from: CheckOrigin;
  /** Where it was written: `contracts/orders.yaml:12:5 ...`; absent for those that nobody wrote. */
  readonly where?: string;
}

/** A check that staging is asked for. */
export interface PlannedCheck extends Planned {
  readonly check: StagingCheck;
}

/** A check against earlier loads or the clock: the engine judges it. */
export interface HistoryCheck {
  readonly id: string;
  readonly on: Exclude<QualityMode, 'quarantine'>;
  readonly rule:
    | ({ readonly kind: 'volume' } & VolumeBounds)
    | { readonly kind: 'freshness'; readonly column: string; readonly maxAgeSeconds: number };
}

export interface PlannedHistory extends Planned {
  readonly check: HistoryCheck;
}

/** What is decided before a row is read: a column that is not there, a type that is another, a rule that no load can answer. */
export interface Settled extends Planned {
  readonly id: string;
  readonly kind: string;
  readonly on: QualityMode;
  /** Null: not evaluated in a load. */
  readonly passed: boolean | null;
  readonly message: string;
}

/** Every rule of a load. */
export interface PlannedQuality {
  readonly staging: readonly PlannedCheck[];
  readonly history: readonly PlannedHistory[];
  readonly settled: readonly Settled[];
}

/** One line of `plan`: what will be held against the load. */
export interface ListedCheck {
  readonly id: string;
  readonly kind: string;
  readonly on: QualityMode;
  readonly from: CheckOrigin;
  /** What is known before the load; absent where the load will tell. */
  readonly verdict?: 'passed' | 'failed' | 'not_evaluated';
  readonly reason?: string;
}

export function listChecks({ staging, history, settled }: PlannedQuality): ListedCheck[] {
  return [
    ...staging.map(({ check: { id, kind, on }, from }) => ({ id, kind, on, from })),
    ...history.map(({ check: { id, on, rule }, from }) => ({ id, kind: rule.kind, on, from })),
    ...settled.map(({ id, kind, on, from, passed, message }): ListedCheck => {
      const verdict = passed === null ? 'not_evaluated' : passed ? 'passed' : 'failed';
      return { id, kind, on, from, verdict, ...(verdict === 'passed' ? {} : { reason: message }) };
    }),
  ];
}
