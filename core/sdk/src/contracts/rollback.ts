import type { LoadProgram } from './load-program.js';
import type { FinalizeResult, LoadRef } from './sink.js';

/** What a sink kept of the target before a load changed it. */
export interface SinkBackup {
  /** Its name, as receipts and messages name tables. */
  readonly table: string;
  readonly rows: number;
  /** What putting it back would run, in order. */
  readonly statements: readonly string[];
}

/** Everything that a rollback does, as plain JSON. */
export interface RollbackProgram {
  /** The rollback's own load: its id, its fence. */
  readonly load: LoadRef;
  /** The load that is undone. */
  readonly undoes: string;
  readonly receipt: LoadProgram['receipt'];
  /** The state from before the load, where the target keeps the state. */
  readonly state: LoadProgram['state'];
}

/** The undoing of loads, by what was kept before them (the sink option `keep_backup`). */
export interface SinkRollback {
  /** What was kept before a load; null where nothing was. Reads only. */
  backup(loadId: string): Promise<SinkBackup | null>;
  /**
   * Puts the target back, with receipt and state, as one effect and behind the fence; what the load made is kept beside
   * it as `<table>__dpone_failed_<load id>`.
   */
  restore(program: RollbackProgram): Promise<FinalizeResult>;
}
