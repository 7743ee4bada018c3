import type { Receipt } from '@dpone/sdk';
import type { HistoryCheck, PlannedHistory } from './planned-check.js';
import { historyOutcome, type QualityOutcome } from './outcome.js';

/** What a load is compared with. */
export interface HistoryFacts {
  /** Rows that were read, with those that were set aside. */
  readonly rows: number;
  /** Earlier loads of this process into the target, the newest first. */
  readonly receipts: readonly Receipt[];
  /** The newest value of a column among the load's rows, or of the load before where it has none; null where no load had. */
  readonly newest: Readonly<Record<string, string | null>>;
  readonly now: Date;
}

/** Receipts that the rules look at, at most. */
export const receiptsWanted = (checks: readonly PlannedHistory[]): number =>
  Math.max(0, ...checks.map(({ check: { rule } }) => (rule.kind === 'volume' ? rule.window : 1)));

export const judgeHistory = (checks: readonly PlannedHistory[], facts: HistoryFacts): QualityOutcome[] =>
  checks.map((planned) => historyOutcome(planned, judge(planned.check.rule, facts)));

interface Judged {
  readonly passed: boolean | null;
  readonly measured: number | string | null;
  readonly message: string;
}

const judge = (rule: HistoryCheck['rule'], facts: HistoryFacts): Judged =>
  rule.kind === 'volume' ? volume(rule, facts) : freshness(rule, facts);

function volume(rule: HistoryCheck['rule'] & { kind: 'volume' }, { rows, receipts }: HistoryFacts): Judged {
  const counts = receipts.slice(0, rule.window).map((receipt) => receipt.rowsStaged + receipt.rowsRejected);
  if (counts.length < rule.minLoads) {
    const message = `${counts.length} earlier loads to compare with, ${rule.minLoads} are needed`;
    return { passed: null, measured: null, message };
  }
  const usual = median(counts);
  const ratio = usual === 0 ? (rows === 0 ? 1 : Infinity) : rows / usual;
  const { minRatio = 0, maxRatio = Infinity } = rule;
  const wanted = [
    ...(rule.minRatio === undefined ? [] : [`at least ${minRatio}`]),
    ...(rule.maxRatio === undefined ? [] : [`at most ${maxRatio}`]),
  ].join(' and ');
  return {
    passed: ratio >= minRatio && ratio <= maxRatio,
    measured: Number.isFinite(ratio) ? ratio : rows,
    message: `${rows} rows, and ${usual} in the median of ${counts.length} earlier loads: ${wanted} times as many are wanted`,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function freshness(rule: HistoryCheck['rule'] & { kind: 'freshness' }, facts: HistoryFacts): Judged {
  const newest = facts.newest[rule.column] ?? null;
  if (newest === null)
    return { passed: false, measured: null, message: 'there is no value, neither in this load nor of an earlier one' };
  const age = (facts.now.getTime() - momentOf(newest)) / 1000;
  return {
    passed: age <= rule.maxAgeSeconds,
    measured: newest,
    message: `the newest value ${newest} is ${duration(age)} old, at most ${duration(rule.maxAgeSeconds)} is wanted`,
  };
}

/** The newest value that an earlier load knew of: a load without rows is as fresh as the one before it. */
export function newestBefore(column: string, receipts: readonly Receipt[]): string | null {
  for (const { detail } of receipts) {
    const kept = (detail as { newest?: Record<string, unknown> } | null)?.newest?.[column];
    if (typeof kept === 'string') return kept;
  }
  return null;
}

/** A date begins at midnight UTC; a timestamp without a zone is taken for one of UTC. */
function momentOf(text: string): number {
  const iso = text.trim().replace(' ', 'T');
  if (!iso.includes('T')) return Date.parse(`${iso}T00:00:00Z`);
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
}

function duration(seconds: number): string {
  for (const [unit, size] of [
    ['days', 86_400],
    ['hours', 3600],
    ['minutes', 60],
  ] as const)
    if (Math.abs(seconds) >= 2 * size) return `${Math.round((seconds * 10) / size) / 10} ${unit}`;
  return `${Math.round(seconds)} seconds`;
}
