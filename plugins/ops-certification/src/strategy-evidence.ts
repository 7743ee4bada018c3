import { basename } from 'node:path';
import { isJsonObject, readEvidence, type Evidence, type JsonObject } from '@dpone/sdk';

export type EvidenceKind = 'replay' | 'matrix' | 'connector' | 'benchmark';

/** A line of the bundle; keys are those of the artifact. */
export interface StrategyEvidence {
  readonly kind: EvidenceKind;
  readonly path: string;
  readonly name: string;
  readonly present: boolean;
  readonly passed: boolean;
  readonly sha256: string | null;
  readonly summary: unknown;
}

const GREEN_WORDS = new Set(['pass', 'passed', 'executed', 'ok']);
const REPLAYED = new Set(['executed', 'passed']);

const wordOf = ({ status }: JsonObject): string => (typeof status === 'string' ? status.trim().toLowerCase() : '');

/** Evidence of a strategy must say that it is green; a replay, too, that it committed its state. */
function saysGreen(kind: EvidenceKind, value: JsonObject): boolean {
  const words = kind === 'replay' ? REPLAYED : GREEN_WORDS;
  if ('status' in value ? !words.has(wordOf(value)) : value['passed'] !== true) return false;
  return kind !== 'replay' || (value['state_committed'] ?? true) === true;
}

const SUMMARIES: Readonly<Record<EvidenceKind, (value: JsonObject) => unknown>> = {
  replay: (value) => ({
    status: value['status'] ?? null,
    state_committed: value['state_committed'] ?? null,
    status_checks: lengthOf(value['status_checks']),
    row_count_checks: lengthOf(value['row_count_checks']),
  }),
  matrix: (value) => ({
    profile: value['profile'] ?? null,
    case_count: value['case_count'] ?? null,
    passed: value['passed'] ?? null,
  }),
  connector: (value) => ({ passed: value['passed'] ?? null, connectors: lengthOf(value['connectors']) }),
  benchmark: (value) => ({ passed: value['passed'] ?? null, metrics: metricsOf(value) }),
};

const lengthOf = (value: unknown): number =>
  Array.isArray(value) ? value.length : isJsonObject(value) ? Object.keys(value).length : 0;

/** Names of what was measured: keys of `metrics`, or the items of a baseline report. */
function metricsOf({ metrics, items }: JsonObject): string[] {
  if (isJsonObject(metrics)) return Object.keys(metrics).sort();
  const rows = Array.isArray(items) ? (items as unknown[]).filter(isJsonObject) : [];
  return rows
    .map(({ metric }) => metric)
    .filter((metric) => typeof metric === 'string')
    .sort();
}

/** Reads a file and judges it by the rules of its kind; with what the policy needs to judge it, too. */
export async function readStrategyEvidence(
  cwd: string,
  kind: EvidenceKind,
  path: string,
): Promise<{ readonly item: StrategyEvidence; readonly evidence: Evidence }> {
  const evidence = await readEvidence(cwd, `${kind}:${basename(path)}`, path);
  const present = evidence.state !== 'missing';
  const item = {
    kind,
    path: evidence.path ?? '',
    name: basename(path),
    present,
    passed: evidence.passed && saysGreen(kind, evidence.value),
    sha256: present ? evidence.sha256 : null,
    summary: present ? SUMMARIES[kind](evidence.value) : {},
  };
  return { item, evidence };
}
