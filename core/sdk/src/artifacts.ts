import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** What a file of evidence turned out to be. A folder counts as missing: it is no evidence. */
export type Artifact =
  | { readonly state: 'missing' }
  /** It is there, but is no JSON, not UTF-8, or cannot be opened. */
  | { readonly state: 'unreadable'; readonly reason: string }
  | { readonly state: 'json'; readonly value: unknown };

/** Reads evidence strictly: content decides, never the suffix. Does not throw for anything that a file can be. */
export async function readArtifact(path: string): Promise<Artifact> {
  try {
    if (!(await stat(path)).isFile()) return { state: 'missing' };
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
    return { state: 'json', value: JSON.parse(text) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing' };
    return { state: 'unreadable', reason: message };
  }
}

const RED_STATUS = new Set(['failed', 'fail', 'error', 'red', 'blocked', 'regression', 'rollback_required']);
const RED_LISTS = ['blockers', 'violations', 'findings', 'regressions'] as const;

/**
 * The one rule by which an object of evidence is judged. `red` says why; `silent` is an object that says nothing about
 * itself, which most gates take for green and name in a warning.
 */
export function judge(
  value: unknown,
): { readonly verdict: 'green' | 'silent' } | { readonly verdict: 'red'; readonly reason: string } {
  const red = (reason: string): { verdict: 'red'; reason: string } => ({ verdict: 'red', reason });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return red('it is not an object');
  const object = value as Readonly<Record<string, unknown>>;
  if (Object.keys(object).length === 0) return red('it is empty');
  if ('passed' in object && object['passed'] !== true) return red(`passed is ${JSON.stringify(object['passed'])}`);
  if (object['verified'] === false) return red('verified is false');
  const status = object['status'];
  if (typeof status === 'string' && RED_STATUS.has(status.toLowerCase())) return red(`status is ${status}`);
  for (const name of RED_LISTS) {
    const list = object[name];
    if (Array.isArray(list) && list.length > 0) return red(`${name} has ${list.length} entries`);
  }
  const failed = object['failed_cases'];
  if ((typeof failed === 'number' || typeof failed === 'bigint') && failed > 0) return red(`failed_cases is ${failed}`);
  const events = Array.isArray(object['events']) ? (object['events'] as unknown[]) : [object];
  if (events.some((event) => (event as { eventType?: unknown } | null)?.eventType === 'FAIL'))
    return red('an event says FAIL');
  return { verdict: 'passed' in object || 'verified' in object || 'status' in object ? 'green' : 'silent' };
}

/** SHA-256 of a file's bytes in lower-case hex, and how many they are. Streams: memory is flat whatever the size. */
export async function hashFile(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
