import { fail, type DponeError, type ErrorCode } from '@dpone/sdk';

/** One thing that is wrong with a manifest. */
export interface ManifestIssue {
  readonly code: ErrorCode;
  /** One sentence that names the key. */
  readonly message: string;
  /** `orders.yml:12:5`. */
  readonly place: string;
  /** `sink.strategy.mode`. */
  readonly path: string;
  readonly remedy?: string;
}

/** How many more issues the error of the first one lists. */
const LISTED = 4;

/** One error for all issues: it carries the code of the first, and lists the next ones with their places. */
export function issuesError(issues: readonly ManifestIssue[]): DponeError {
  const [first, ...others] = issues;
  if (first === undefined) throw fail('DPONE_INTERNAL', 'an error was made of no issue');
  const listed = others.slice(0, LISTED).map((issue) => `${issue.place}: ${issue.message}`);
  const hidden = others.length - listed.length;
  const also = listed.length === 0 ? '' : `; also ${listed.join('; ')}${hidden > 0 ? `; and ${hidden} more` : ''}`;
  return fail(first.code, `${first.message}${also}`, { where: first.place, remedy: first.remedy });
}

/** Collects issues, each place and message once: the tables of a batch manifest share their defaults' mistakes. */
export class Issues {
  private readonly found = new Map<string, ManifestIssue>();

  readonly add = (issue: ManifestIssue): void => {
    const key = `${issue.place} ${issue.message}`;
    if (!this.found.has(key)) this.found.set(key, issue);
  };

  get list(): readonly ManifestIssue[] {
    return [...this.found.values()];
  }

  /** Throws where there is an issue. */
  check(): void {
    if (this.found.size > 0) throw issuesError(this.list);
  }
}
