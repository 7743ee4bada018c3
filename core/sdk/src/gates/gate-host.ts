import type { GateReport } from './gate.js';
import type { LiveSource, LiveSourceOptions, SourceBlock } from './live-source.js';
import type { LoadedRows, LoadRowsOptions } from './loaded-rows.js';
import type { LiveTarget, ProcessRef } from './live-target.js';

/** A plugin that is installed. */
export interface InstalledPlugin {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** `source:postgres`, ... */
  readonly provides: readonly string[];
  readonly homepage: string | null;
}

/** What a gate asks of the program that it runs in. */
export interface GateHost {
  /** Runs another gate as its command does, its files included. `input`: its keys, not its flags. */
  runGate(id: string, input: Readonly<Record<string, unknown>>): Promise<GateReport>;
  plugins(): readonly InstalledPlugin[];
  /** Opens the target of a process through its sink plugin, with the manifest's connection, and closes it when `use` ends. */
  withTarget<T>(process: ProcessRef, use: (target: LiveTarget) => Promise<T>): Promise<T>;
  /** Opens a source by a manifest's `source:` block, whatever plugin it is of, and closes it when `use` ends. Touches no state. */
  readSource<T>(block: SourceBlock, options: LiveSourceOptions, use: (source: LiveSource) => Promise<T>): Promise<T>;
  /** Loads a file of rows (JSON Lines) into the target of a process, exactly once; the process's own state does not move. */
  loadRows(process: ProcessRef, path: string, options: LoadRowsOptions): Promise<LoadedRows>;
}
