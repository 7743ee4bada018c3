import type { CodecService } from './codec.js';

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  /** Something is odd; no data is lost. */
  warn(message: string, fields?: Record<string, unknown>): void;
  /** Data is lost or an operator is needed. */
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Everything that a plugin needs from its host; there is no ambient context, no singleton, no container to ask. */
export interface PluginContext {
  /** The host's {@link API_VERSION}. */
  readonly apiVersion: number;
  /** Already labelled with the plugin and the run. */
  readonly log: Logger;
  /**
   * Aborted when the run is cancelled or has failed elsewhere; every wait and every driver call of a read, of staging
   * and of finalize must end when it fires. What cleans up (`drop`, `receipt`, `release`, `close`) works after it fired.
   */
  readonly signal: AbortSignal;
  readonly clock: { now(): Date };
  /** The project's folder: relative paths of a manifest are resolved against it. */
  readonly workdir: string;
  /** A folder of this run alone, removed at its end whatever happens. Made on first use. */
  tempDir(): Promise<string>;
  readonly limits: {
    /** Memory that one engine (DuckDB, a driver's buffers) may take, in bytes. */
    readonly memoryBytes: number;
    /** Threads that it may use. */
    readonly threads: number;
  };
  /**
   * The command line that begins this host in another process (`[node, dpone.js]`), for executors that carry units out in
   * processes of their own. Absent where the host is part of another program.
   */
  readonly command?: readonly string[];
  /** The installed codecs, for connectors of systems that hold files. */
  readonly codecs: CodecService;
}

/** What `dpone check` prints, a line each. */
export interface CheckResult {
  /** What was tried: `connect`, `select on public.orders`. */
  readonly name: string;
  readonly status: 'pass' | 'warn' | 'fail';
  readonly message: string;
  /** What to do where it is not `pass`. */
  readonly remedy?: string;
}
