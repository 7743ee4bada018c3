import type { Receipt } from '../contracts/sink.js';
import type { Json } from '../contracts/source.js';

/** A process of a manifest. */
export interface ProcessRef {
  readonly manifest: string;
  /** Needed where the manifest has several. */
  readonly selector?: string | undefined;
}

/** The target of a process, open through its sink plugin. */
export interface LiveTarget {
  readonly process: string;
  /** `duckdb`, `postgres`, ... */
  readonly system: string;
  /** `main.orders` */
  readonly table: string;
  /** What proves that a load is in the target. */
  receipt(loadId: string): Promise<Receipt | null>;
  /** The newest first. */
  history(limit: number): Promise<readonly Receipt[]>;
  /** Loads whose staging is still there: of a run that goes on, or was killed. */
  openLoads(): Promise<readonly { readonly loadId: string }[]>;
  /** What undoing a load would do; with `yes`, does it, under the target's lock and in one transaction. */
  rollback(loadId: string, options: { readonly yes: boolean }): Promise<RollbackReport>;
}

/** How a rollback stands, or ended. */
export interface RollbackReport {
  readonly process: string;
  readonly target: string;
  /** The load that is undone. */
  readonly load_id: string;
  readonly backup: { readonly table: string; readonly rows: number } | null;
  /** Why it cannot be undone; empty where it can be, or was. */
  readonly blockers: readonly string[];
  readonly warnings: readonly string[];
  readonly statements: readonly string[];
  /** True where the target was put back. */
  readonly executed: boolean;
  /** The rollback's own load, under which its receipt stands; null in a preview. */
  readonly rollback_load_id: string | null;
  readonly rows_restored: number | null;
  readonly rows_removed: number | null;
  /** The state that the next load begins from; null where the load had changed none. */
  readonly state: { readonly key: string; readonly before: Json; readonly after: Json } | null;
}
