import { attemptLoad } from './load-manifest.js';
import type { ManifestIssue } from './issue.js';
import type { LoadOptions, Manifest } from './manifest.js';
import { namingIssues, type NamingIssue } from './validation-rules.js';

export interface Validation {
  /** Null where the manifest has issues. */
  readonly manifest: Manifest | null;
  /** Why it cannot run. */
  readonly issues: readonly ManifestIssue[];
  /** Where names, labels and descriptions break the rules of `validation:`. */
  readonly naming: readonly NamingIssue[];
  readonly warnings: readonly string[];
}

/** Everything that is wrong with a manifest at once. What cannot be read at all is thrown, as {@link loadManifest} does. */
export async function validateManifest(path: string, options: LoadOptions = {}): Promise<Validation> {
  const { manifest, issues } = await attemptLoad(path, options);
  return {
    manifest: issues.length === 0 ? manifest : null,
    issues,
    naming: namingIssues(manifest),
    warnings: manifest.warnings,
  };
}
