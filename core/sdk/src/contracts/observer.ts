import type { z } from 'zod';
import type { Branded } from '../brand.js';
import type { Logger } from './context.js';

/**
 * What a run tells while it goes on, as plain data: the engine's own events. `plan` is what `dpone plan --format json`
 * prints, `result` what `dpone run --format json` prints of the process. Neither holds a secret.
 */
export interface ObservedEvent {
  readonly type:
    | 'process.started'
    | 'planned'
    | 'step'
    | 'progress'
    | 'retry'
    | 'chunk'
    | 'waiting'
    | 'process.finished';
  readonly process: string;
  readonly run_id?: string;
  readonly load_id?: string;
  /** A step of the load protocol. */
  readonly step?: string;
  /** Rows staged so far. */
  readonly rows?: number | null;
  readonly attempt?: number;
  readonly plan?: Readonly<Record<string, unknown>>;
  readonly result?: object;
}

/** Listens to the loads of one run. Nothing that it does may hold a load up or make it fail. */
export interface Observer {
  /** Takes an event in; must return at once. What is sent is sent on the side. */
  event(event: ObservedEvent): void;
  /** After the last event: sends what is left, for a few seconds at most. Resolves with one sentence for whatever could not be told. */
  close(): Promise<readonly string[]>;
}

export interface ObserverContext<O> {
  readonly options: O;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The project's folder: relative paths are resolved against it. */
  readonly workdir: string;
  readonly clock: { now(): Date };
  readonly log: Logger;
}

export interface ObserverDefinition<O = unknown> extends Branded<'observer'> {
  readonly summary: string;
  /** The keys of `observability`. */
  readonly options: z.ZodType<O>;
  open(ctx: ObserverContext<O>): Observer | Promise<Observer>;
}
