import type { z } from 'zod';
import type { Branded } from '../brand.js';
import type { Predicate } from '../predicate.js';
import type { Schema } from '../types.js';
import type { FinalizePrimitive, FinalizeStep, StagingCheck } from './load-program.js';
import type { FrameworkColumn, SinkCapabilities } from './sink.js';
import type { CursorKind, Json, SourceCapabilities } from './source.js';

/** The rows of one chunk: those whose column is in the half-open range. Numbers beyond 2^53 are their digits. */
export interface ChunkWindow {
  readonly column: string;
  readonly from: string | number;
  readonly to: string | number;
}

/** A load that is made of many, a chunk each. */
export interface ChunkPlan {
  /** In order, without gaps; at least one. */
  readonly windows: readonly ChunkWindow[];
  /** The strategy by which each is loaded. */
  readonly innerMode: string;
  /** Chunks that are staged at once. */
  readonly workers: number;
  /** How often a chunk is tried that fails for a passing reason. */
  readonly maxAttempts: number;
}

/** What a strategy decides with. */
export interface StrategyInput<O> {
  readonly options: O;
  readonly uniqueKey: readonly string[];
  readonly source: SourceCapabilities;
  readonly sink: SinkCapabilities;
  /** The cursor that the manifest asks for; undefined where it names none. */
  readonly cursor?: { readonly kind: CursorKind; readonly column?: string };
  /** The staged columns of the data; undefined while a manifest is only checked. Before the target is compared: the source's. */
  readonly schema?: Schema;
  readonly targetExists: boolean;
  /** The chunk that is planned; absent while the load as a whole is. */
  readonly chunk?: ChunkWindow;
}

/** What a load of this strategy is. */
export interface StrategyPlan {
  /** Read all of the source, or what is new by the manifest's cursor. */
  readonly read: 'all' | 'increment';
  /** A condition under which the source is read, beside the manifest's own. */
  readonly where?: Predicate;
  /** Columns that dpone fills for this strategy, beside those of the lineage preset. A preset's column of the name gives way. */
  readonly framework?: readonly Omit<FrameworkColumn, 'nullable'>[];
  /** Staged columns that steer the load and do not reach the target. */
  readonly envelope?: readonly string[];
  /** Held against staging before finalize. */
  readonly checks: readonly StagingCheck[];
  readonly steps: readonly FinalizeStep[];
  /** Where the load is carried out in chunks; the rest is then of all of them together. Absent in the plan of a chunk. */
  readonly chunks?: ChunkPlan;
  /** One line each, for `plan`: what was chosen and why. */
  readonly reasons: readonly string[];
}

/**
 * A load strategy: a pure function from options and capabilities to checks and finalize steps. It knows no system;
 * the sink carries the steps out.
 */
export interface StrategyDefinition<O = unknown> extends Branded<'strategy'> {
  readonly summary: string;
  /** The keys of `sink.strategy` besides `mode`, `unique_key` and the common ones. */
  readonly options: z.ZodType<O>;
  /** The primitives it needs, in any of these sets; the first that the sink has is taken. */
  readonly needs: readonly (readonly FinalizePrimitive[])[];
  readonly uniqueKey: 'required' | 'optional' | 'none';
  readonly cursor: 'required' | 'optional' | 'none';
  /** The cursor that it reads by where the manifest names none and the source has it. */
  readonly readsBy?: CursorKind;
  /** A `strategy:` block that works, for the docs; it must parse. */
  readonly example: Readonly<Record<string, Json>>;
  /** Throws DPONE_OPTION_CONFLICT or DPONE_CAPABILITY, naming the alternatives, where the options do not fit together. */
  plan(input: StrategyInput<O>): StrategyPlan;
}
