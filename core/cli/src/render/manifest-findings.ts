import type { validateManifest } from '@dpone/engine';

type Validation = Awaited<ReturnType<typeof validateManifest>>;

export interface ManifestFindings {
  readonly manifest: string;
  readonly passed: boolean;
  readonly issues: Validation['issues'];
  readonly naming: Validation['naming'];
  readonly warnings: readonly string[];
}

/** Naming rules of severity WARNING are told and do not fail. */
export const manifestFindings = (manifest: string, validation: Validation): ManifestFindings => ({
  manifest,
  passed: validation.issues.length === 0 && validation.naming.every(({ severity }) => severity !== 'ERROR'),
  issues: validation.issues,
  naming: validation.naming,
  warnings: validation.warnings,
});

export function findingsText(report: ManifestFindings): string {
  const lines = [
    ...report.issues.map((issue) => `ERROR ${issue.code} ${issue.place}: ${issue.message}`),
    ...report.naming.map(
      (issue) => `${issue.severity} ${issue.code} ${report.manifest}#${issue.selector}: ${issue.message}`,
    ),
    ...report.warnings.map((warning) => `WARNING ${warning}`),
  ];
  return lines.length === 0 ? 'OK: no issues' : lines.join('\n');
}
