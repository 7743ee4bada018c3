import type { StagingRule } from '@dpone/sdk';

/** Whether the sink evaluates a kind of check. */
export type CanCheck = (kind: StagingRule['kind']) => boolean;

/** A rule of a contract as a question to staging, or as what is known without asking; what a red one does is not settled yet. */
export type Translated =
  | { readonly rule: StagingRule }
  | { readonly settled: { readonly passed: boolean | null; readonly message: string; readonly kind: string } };
