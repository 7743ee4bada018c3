import { dirname, resolve } from 'node:path';
import { plainPath } from '../util/paths.js';
import { isJsonObject, judge, NO_FILE, readArtifact, type JsonObject } from './artifacts.js';
import { verifyChain } from './evidence-chain.js';

/** A named piece of evidence, read and judged by the one rule. */
export interface Evidence {
  readonly name: string;
  /** As it was typed; null where nothing was attached under the name. */
  readonly path: string | null;
  readonly required: boolean;
  readonly state: 'missing' | 'unreadable' | 'json';
  /** What was read; `{}` where it is no object. */
  readonly value: JsonObject;
  /** Of the bytes that were judged; 64 zeros where there are none. */
  readonly sha256: string;
  readonly verdict: 'green' | 'silent' | 'red';
  readonly passed: boolean;
  /** Why it is red. */
  readonly reason: string | null;
}

/** Reads one piece of evidence. A broken chain of evidence is red, though its index says nothing about itself. */
export async function readEvidence(
  cwd: string,
  name: string,
  path: string | undefined,
  required: boolean = true,
): Promise<Evidence> {
  const common = { name, path: path === undefined ? null : plainPath(path), required, value: {}, sha256: NO_FILE };
  const red = { verdict: 'red', passed: false } as const;
  if (path === undefined || path === '') return { ...common, ...red, state: 'missing', reason: 'nothing is attached' };
  const file = resolve(cwd, path);
  const artifact = await readArtifact(file);
  if (artifact.state === 'missing') return { ...common, ...red, state: 'missing', reason: 'artifact missing' };
  if (artifact.state === 'unreadable')
    return {
      ...common,
      ...red,
      state: 'unreadable',
      sha256: artifact.sha256 ?? NO_FILE,
      reason: 'it is no readable JSON',
    };
  const value = isJsonObject(artifact.value) ? artifact.value : {};
  const read = { ...common, state: 'json' as const, value, sha256: artifact.sha256 };
  const judged = judge(artifact.value);
  if (judged.verdict === 'red') return { ...read, ...red, reason: judged.reason };
  if ('latest_chain_hash' in value && 'entries' in value) {
    const chain = await verifyChain(dirname(file), cwd);
    if (!chain.verified) return { ...read, ...red, reason: `broken: ${chain.broken_entries.join(', ')}` };
    return { ...read, verdict: 'green', passed: true, reason: null };
  }
  return { ...read, verdict: judged.verdict, passed: true, reason: null };
}

/** Code point order, as every list of names is sorted. */
export const byName = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * Reads what is attached and what is required.
 * @param order `sorted`: all by name. `required-first`: the required ones as they stand, then the others by name.
 */
export function collectEvidence(
  cwd: string,
  artifacts: Readonly<Record<string, string>>,
  required: readonly string[],
  order: 'sorted' | 'required-first' = 'sorted',
): Promise<Evidence[]> {
  const first = order === 'sorted' ? [] : [...new Set(required)];
  const others = [...new Set([...Object.keys(artifacts), ...required])].filter((name) => !first.includes(name));
  const names = [...first, ...others.sort(byName)];
  return Promise.all(
    names.map((name) =>
      readEvidence(cwd, name, Object.hasOwn(artifacts, name) ? artifacts[name] : undefined, required.includes(name)),
    ),
  );
}

/** `<name>.missing` or `<name>.not_passed`; null where it is green. */
export const blockerOf = ({ name, state, passed }: Evidence): string | null =>
  passed ? null : `${name}.${state === 'missing' ? 'missing' : 'not_passed'}`;

/** Names of evidence that says nothing about itself: for the warnings of a gate that takes it for green. */
export const silentNames = (evidence: readonly Evidence[]): string[] =>
  evidence.filter(({ verdict }) => verdict === 'silent').map(({ name }) => `${name}.no_verdict`);

/**
 * A piece of evidence in a few words: the first of these keys that is there (a list as `key=<length>`, a text key of
 * `texts` as it is, `status` and the like as `key=value`), else passed or failed.
 */
export function summaryOf({ value, passed, reason, state }: Evidence, keys: readonly string[]): string {
  if (state !== 'json') return reason ?? 'artifact missing';
  for (const key of keys) {
    const found = value[key];
    if (Array.isArray(found)) return `${key}=${found.length}`;
    if ((key === 'summary' || key === 'message') && typeof found === 'string' && found.trim() !== '')
      return found.trim();
    if (typeof found === 'string' && found !== '' && key !== 'summary' && key !== 'message') return `${key}=${found}`;
    if (typeof found === 'number' || typeof found === 'bigint') return `${key}=${found}`;
  }
  return passed ? 'passed' : `failed: ${reason}`;
}
