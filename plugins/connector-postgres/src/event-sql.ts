import type { ApplyEventsStep, LoadProgram } from '@dpone/sdk';
import type { ProgramContext } from './program-context.js';

/** What the statements of one `apply_events` share. */
export interface EventSql {
  readonly step: ApplyEventsStep;
  readonly program: LoadProgram;
  readonly ctx: ProgramContext;
  readonly target: string;
  /** What each event does to a key: puts a row there (`u`) or takes it away (`d`). */
  readonly touches: string;
  /** Of each key the touch that counts. */
  readonly winners: string;
  /** Where values are that an event left as they were. */
  readonly found: string;
  /** The rows as they will be. */
  readonly rows: string;
}
