import type { Evidence } from '@dpone/sdk';

export interface Score {
  readonly score: number;
  readonly level: string;
}

/** The part of the required domains that is green, in percent, and what it is called. */
export function scoreOf(evidence: readonly Evidence[], isRed: boolean, ready: string): Score {
  const required = evidence.filter((one) => one.required);
  const green = required.filter(({ passed }) => passed).length;
  const score = required.length === 0 ? 100 : Math.round((green / required.length) * 10_000) / 100;
  return { score, level: isRed ? (score >= 80 ? 'release_candidate' : 'blocked') : ready };
}
