import type { ApplyEventsStep, LoadProgram } from '@dpone/sdk';
import { workTable } from './statement.js';

/** What the statements of one `apply_events` share. */
export interface EventSql {
  readonly step: ApplyEventsStep;
  readonly program: LoadProgram;
  readonly staging: string;
  readonly target: string;
}

/** What each event does to a key: puts a row there (`u`) or takes it away (`d`). */
export const TOUCHES = workTable('touches');
/** Of each key the touch that counts. */
export const WINNERS = workTable('winners');
/** The rows as they will be. */
export const ROWS = workTable('rows');
