import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { orderedJson } from '../util/stable-json.js';
import { isRawNumber, parseExactJson, type ExactJson } from '../util/exact-json.js';

/** What a file of evidence turned out to be. A folder counts as missing: it is no evidence. */
export type Artifact =
  | { readonly state: 'missing' }
  /** It is there, but is no JSON, not UTF-8, or cannot be opened. */
  | { readonly state: 'unreadable'; readonly reason: string; readonly sha256?: string }
  | { readonly state: 'json'; readonly value: ExactJson; readonly sha256: string; readonly bytes: number };

/** Reads evidence strictly: content decides, never the suffix. Does not throw for anything that a file can be. */
export async function readArtifact(path: string): Promise<Artifact> {
  let sha256: string | undefined;
  try {
    if (!(await stat(path)).isFile()) return { state: 'missing' };
    // What is hashed and what is judged are the same bytes.
    const bytes = await readFile(path);
    sha256 = createHash('sha256').update(bytes).digest('hex');
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { state: 'json', value: parseExactJson(text), sha256, bytes: bytes.length };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (sha256 === undefined && (code === 'ENOENT' || code === 'ENOTDIR')) return { state: 'missing' };
    return { state: 'unreadable', reason: message, ...(sha256 === undefined ? {} : { sha256 }) };
  }
}

/** A JSON object, as evidence must be one. */
export type JsonObject = Readonly<Record<string, ExactJson>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);

const RED_STATUS = new Set(['failed', 'fail', 'error', 'red', 'blocked', 'regression', 'rollback_required']);
const RED_LISTS = ['blockers', 'violations', 'findings', 'regressions', 'failed_post_checks'] as const;

/** An entry that says of itself that it passed is no complaint: an audit lists what it found in order, too. */
const complains = (entry: unknown): boolean => !isJsonObject(entry) || entry['passed'] !== true;

/**
 * The one rule by which an object of evidence is judged. `red` says why; `silent` is an object that says nothing about
 * itself, which most gates take for green and name in a warning.
 */
export function judge(
  value: unknown,
): { readonly verdict: 'green' | 'silent' } | { readonly verdict: 'red'; readonly reason: string } {
  const red = (reason: string): { verdict: 'red'; reason: string } => ({ verdict: 'red', reason });
  if (!isJsonObject(value)) return red('it is not an object');
  if (Object.keys(value).length === 0) return red('it is empty');
  if ('passed' in value && value['passed'] !== true)
    return red(`passed is ${orderedJson(value['passed'], 0).slice(0, 80)}`);
  if (value['verified'] === false) return red('verified is false');
  const status = value['status'];
  if (typeof status === 'string' && RED_STATUS.has(status.trim().toLowerCase())) return red(`status is ${status}`);
  for (const name of RED_LISTS) {
    const list = value[name];
    const open = Array.isArray(list) ? list.filter(complains).length : 0;
    if (open > 0) return red(`${name} has ${open} entries`);
  }
  const failed = value['failed_cases'];
  if ((typeof failed === 'number' || typeof failed === 'bigint') && failed > 0) return red(`failed_cases is ${failed}`);
  const events: readonly unknown[] = Array.isArray(value['events']) ? (value['events'] as unknown[]) : [value];
  if (events.some((event) => (event as { eventType?: unknown } | null)?.eventType === 'FAIL'))
    return red('an event says FAIL');
  return { verdict: 'passed' in value || 'verified' in value || 'status' in value ? 'green' : 'silent' };
}

/** What stands for the checksum of a file that is not there. */
export const NO_FILE = '0'.repeat(64);

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
