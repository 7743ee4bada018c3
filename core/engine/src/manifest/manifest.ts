import type { ManifestIssue } from './issue.js';
import type { ProcessSpec } from './process-spec.js';
import type { MapNode } from './read/node.js';
import type { Environment } from './references.js';
import type { ParsedValidation } from './schema/batch-schema.js';

export type ManifestKind = 'dpone.single.v1' | 'dpone.batch.v1';

export interface LoadOptions {
  /** The project's folder: names of files in messages are relative to it. Default: the current folder. */
  readonly workdir?: string;
  /** Where `${NAME}` is looked up. Default: the environment of this process. */
  readonly env?: Environment;
  /** Registries besides those of the manifest and of DPONE_SOURCES_REGISTRY; relative to `workdir`. */
  readonly registryPaths?: readonly string[];
}

/** A manifest that was read and found right. */
export interface Manifest {
  /** Absolute. */
  readonly path: string;
  /** As the user would write it: relative to the project, with forward slashes. */
  readonly file: string;
  readonly kind: ManifestKind;
  /** In the order of the file. */
  readonly processes: readonly ProcessSpec[];
  /** What the user should know, each sentence once. */
  readonly warnings: readonly string[];
  /** The rules of `validation:`; null where there are none. */
  readonly validation: ParsedValidation | null;
  /** What it was loaded with, for the manifests that it depends on. */
  readonly options: Required<LoadOptions>;
  /** Each process as merged and rendered, with the origin of every value, by process name. */
  readonly trees: ReadonlyMap<string, MapNode>;
}

/** What reading a manifest gives, right or not. */
export interface LoadAttempt {
  readonly manifest: Manifest;
  readonly issues: readonly ManifestIssue[];
}
