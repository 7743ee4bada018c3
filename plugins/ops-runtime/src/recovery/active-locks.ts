import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { below, isJsonObject, isoTimestamp, plainPath, readArtifact } from '@dpone/sdk';
import { shellLine } from '../shell-words.js';
import type { Finding } from './finding.js';
import { namesIn } from './read-folder.js';

/** What is known of a lock file. */
export interface LockFile {
  readonly file: string;
  readonly key: string | null;
  readonly owner: string | null;
  readonly since: string;
  readonly age_seconds: number;
}

/** Every lock file counts that was not given back: one that nobody can read is held by somebody all the same. */
export async function activeLocks(cwd: string, folder: string, now: Date): Promise<LockFile[]> {
  const names = await namesIn(cwd, folder, '.lock.json');
  const locks = await Promise.all(names.map((name) => inspect(cwd, below(plainPath(folder), name), now)));
  return locks.filter((lock) => lock !== null);
}

async function inspect(cwd: string, path: string, now: Date): Promise<LockFile | null> {
  const file = resolve(cwd, path);
  const artifact = await readArtifact(file);
  const value = artifact.state === 'json' && isJsonObject(artifact.value) ? artifact.value : {};
  // dpone keeps the last lock of a key for its number.
  if (typeof value['released_at'] === 'string') return null;
  const text = (...keys: string[]): string | null => {
    const found = keys.map((key) => value[key]).find((v) => typeof v === 'string' || typeof v === 'number');
    return found === undefined ? null : String(found);
  };
  const created = value['created_at_epoch'];
  const since = typeof created === 'number' ? new Date(created * 1000) : (await stat(file)).mtime;
  const known = Number.isNaN(since.getTime()) ? (await stat(file)).mtime : since;
  return {
    file: path,
    key: text('key'),
    owner: text('owner', 'run_id', 'load_id', 'pid'),
    since: isoTimestamp(known),
    age_seconds: Math.max(0, Math.round((now.getTime() - known.getTime()) / 1000)),
  };
}

export const lockFinding = ({ file }: LockFile): Finding => ({
  kind: 'active_lock',
  reason: `active lock \`${file.split('/').at(-1)}\``,
  action: 'inspect_or_cleanup_lock',
  command: shellLine(['cat', file]),
});
