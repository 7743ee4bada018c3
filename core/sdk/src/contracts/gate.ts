import type { z } from 'zod';
import type { Branded } from '../brand.js';
import type { Logger } from './context.js';
import type { Json } from './source.js';

/** What a gate reads evidence with: strict, so that a missing or broken artifact is never green. */
export interface GateContext {
  readonly cwd: string;
  readonly clock: { now(): Date };
  readonly log: Logger;
}

/** The least that a report says. Keys are snake_case; the JSON artifact is this object with stable key order. */
export interface GateReport {
  readonly schema_version: string;
  /** Decided by `blockers` alone. */
  readonly passed: boolean;
  readonly blockers: readonly string[];
  readonly [key: string]: unknown;
}

/** A gate: a pure rule with a face. The adapter of the host makes flags, help, artifacts, output and exit code from it. */
export interface GateDefinition<I = unknown> extends Branded<'gate'> {
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  /** An object schema; each key is a flag (`artifact_dir` is `--artifact-dir`). */
  readonly input: z.ZodType<I>;
  /** The artifact's file name without its ending, or undefined where the gate writes none. */
  readonly artifact?: string;
  /** Flags that work, for the docs and the conformance kit. */
  readonly example: Readonly<Record<string, Json>>;
  evaluate(input: I, ctx: GateContext): Promise<GateReport> | GateReport;
  markdown(report: GateReport): string;
}
