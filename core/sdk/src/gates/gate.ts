import type { z } from 'zod';
import type { Branded } from '../brand.js';
import type { Logger } from '../contracts/context.js';
import type { Json } from '../contracts/source.js';
import type { GateHost } from './gate-host.js';
import type { GateView } from './view.js';

/** What a gate may know besides its input: everything that is not the same twice comes from here. */
export interface GateContext {
  /** Relative paths of the input are resolved against it. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: { now(): Date };
  readonly log: Logger;
  /** A new ULID. */
  newId(): string;
  /** The program around it: other gates, plugins, live systems. Opened when it is asked for. */
  host(): Promise<GateHost>;
}

/** The least that a report says. Keys are snake_case; the JSON artifact is this object with its keys sorted. */
export interface GateReport {
  readonly schema_version: string;
  /** Decided by `blockers` alone. */
  readonly passed: boolean;
  readonly blockers: readonly string[];
  readonly [key: string]: unknown;
}

/** A file that a gate writes, by its path below the gate's folder. */
export type OutputFile = {
  readonly path: string;
  /** Refuses to replace a file of other content: for records that must not change. */
  readonly exclusive?: boolean;
  /** Where it stands instead of the gate's folder: a signature stands beside what it signs. */
  readonly folder?: string;
} & ({ readonly json: unknown } | { readonly text: string } | { readonly bytes: Uint8Array });

/** How a report is printed. */
export type GateFormat = 'md' | 'markdown' | 'json' | 'text' | 'junit' | 'sarif' | 'github';

/** A gate: a pure rule with a face. One adapter makes flags, help, artifacts, formats and the exit code from it. */
export interface GateDefinition<I = unknown, R extends GateReport = GateReport> extends Branded<'gate'> {
  /** One line. */
  readonly summary: string;
  /** What it decides and how, for its reference page. */
  readonly description?: string;
  /** An object schema; each key is a flag (`artifact_dir` is `--artifact-dir`). */
  readonly input: z.ZodType<I>;
  /** Keys of the input that are arguments, not flags, in their order. */
  readonly args?: readonly string[];
  /** Flags that work, for the docs and the conformance kit. */
  readonly example: Readonly<Record<string, Json>>;
  /** The key of the input that names the folder it writes to. Default: `output_dir`. */
  readonly folder?: string;
  /** The report's file name without its ending; it is written as `.json` and `.md`. None where the gate writes no report. */
  readonly artifact?: string;
  /** The same where the name depends on what was found. */
  artifactName?(report: R): string;
  /** What the `.json` file holds where that is not the report. */
  artifactJson?(report: R): unknown;
  /** What it writes besides. `page`: the Markdown of the report. May read what an earlier call has written. */
  files?(report: R, input: I, page: string, ctx: GateContext): readonly OutputFile[] | Promise<readonly OutputFile[]>;
  /** One call at a time on its folder: for a gate that reads what an earlier call of its own has written. */
  readonly serial?: boolean;
  /** How the report is shown to people. */
  readonly view: GateView<R>;
  /** The exit code of a red verdict, where scripts know the command by another one than 1. */
  readonly redExit?: 1 | 2;
  /** What is printed where nothing is asked for. Default: `md`. */
  readonly format?: GateFormat;
  /** What can be asked for. Default: everything but `markdown`, which some commands call their page. */
  readonly formats?: readonly GateFormat[];
  /** The lines of `--format text`; the verdict and its blockers by default. */
  text?(report: R): string;
  /** What `--format json` prints; the report by default. */
  stdout?(report: R): unknown;
  evaluate(input: I, ctx: GateContext): Promise<R> | R;
}
