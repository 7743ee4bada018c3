/** A package that a project is made of. */
export interface Requirement {
  readonly name: string;
  /** The version that is installed, or where nothing says that, the requirement as it is written. */
  readonly version: string;
  /** As an SBOM names it: `runtime`, `optional:pg`, `required`. */
  readonly scope: string;
  readonly purl: string;
}

/** What an SBOM is made from. */
export interface Project {
  readonly name: string;
  readonly version: string;
  readonly requirements: readonly Requirement[];
}
