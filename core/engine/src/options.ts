import type { RunEvent } from './results.js';

/** What a caller of the engine chooses for a run. */
export interface RunOptions {
  /** Listens to the run; a `step` event is awaited before the load goes on, so a listener can stop the process exactly there. */
  readonly onEvent?: ((event: RunEvent) => void | Promise<void>) | undefined;
  /** Cancels the run: DPONE_CANCELLED, targets unchanged. */
  readonly signal?: AbortSignal | undefined;
  /** A ULID by default. Letters, digits and `. _ : + -`. */
  readonly runId?: string | undefined;
  /** Processes at once. Default 1. */
  readonly parallel?: number | undefined;
  /** Partitions of one load that are read and staged at once. Default: the manifest's, else as many as there are threads. */
  readonly streams?: number | undefined;
  /** How long a load waits for another load of its target, in milliseconds. Default: the manifest's. */
  readonly lockTimeoutMs?: number | undefined;
  /** Metadata of sources that the manifests were read with: kept with the run, so that it can be resumed. */
  readonly registryPaths?: readonly string[] | undefined;
  /** What the run is, where it is no plain one: kept with it. A resync is not resumed as a run. */
  readonly kind?: 'resync' | undefined;
  /** Id of the calling workflow, kept with the run. */
  readonly dagId?: string | undefined;
  /** Logical date of the calling workflow, kept with the run. */
  readonly executionDate?: string | undefined;
  /** How often a load that failed by a transient error is begun again. Default 0. */
  readonly retryAttempts?: number | undefined;
  /** Pause before the first retry, doubled for each next one (at most 5 minutes). Default 0. */
  readonly retryBackoffSeconds?: number | undefined;
}

/** What a caller of the engine chooses for a run that follows a source. */
export interface FollowOptions extends Omit<RunOptions, 'parallel'> {
  /** Ends the run behind the load in hand; `signal` ends that, too. */
  readonly stop?: AbortSignal | undefined;
  /** From the beginning of one load to that of the next, at least, in milliseconds. Default 5000. */
  readonly commitIntervalMs?: number | undefined;
  /** A load begins at once where so many rows wait, and takes no more than these. Default: no limit. */
  readonly commitRows?: number | undefined;
}
