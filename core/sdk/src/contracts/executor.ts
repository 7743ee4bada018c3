import type { z } from 'zod';
import type { Branded } from '../brand.js';
import type { Lane } from '../lanes.js';
import type { PluginContext } from './context.js';
import type { Json, Partition } from './source.js';
import type { LoadRef, StageResult } from './sink.js';
import type { ChunkWindow } from './strategy.js';

/** One partition of one load as plain JSON: any process that has the project and its connections can carry it out. */
export interface Unit {
  readonly load: LoadRef;
  /** Path of the manifest, relative to the project, and the process in it. */
  readonly manifest: string;
  readonly process: string;
  readonly partition: Partition;
  /** The chunk of a backfill that the load is of. */
  readonly chunk?: ChunkWindow;
  /** The most partitions that the load's owner asked the source for: asked so again, it splits its read alike. */
  readonly streams?: number;
  /** The lane that the source gives. */
  readonly lane: Lane;
  /** The lane that the sink gets, where a spool file or a codec stands between; the source's own where absent. */
  readonly into?: { readonly lane: Lane; readonly codec: boolean };
}

export interface UnitResult extends StageResult {
  readonly partition: number;
  /** `SourceRead.identity` of a read that is the other process's own: of another state than that of the load's owner. */
  readonly identity?: Json;
}

/** Carries units out, here or elsewhere, at most `parallel` at once; the first failure aborts the others. */
export interface Executor {
  run(
    units: readonly Unit[],
    parallel: number,
    carryOut: (unit: Unit) => Promise<UnitResult>,
  ): Promise<readonly UnitResult[]>;
  close(): Promise<void>;
}

export interface ExecutorDefinition<O = unknown> extends Branded<'executor'> {
  readonly summary: string;
  /** The keys of `engine.executor` besides `type`. */
  readonly options: z.ZodType<O>;
  /**
   * Whether, with these options, units are carried out by other processes: a load is then refused whose source or sink
   * they cannot share. Default: never.
   */
  elsewhere?(options: O): boolean;
  create(ctx: PluginContext & { readonly options: O }): Promise<Executor> | Executor;
}
