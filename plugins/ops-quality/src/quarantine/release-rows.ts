import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { atomicWrite, below, fail, plainPath, stableJson } from '@dpone/sdk';
import type { QuarantineEntry } from './read-quarantine.js';

/**
 * Writes rows, without what quarantine says of them, to a file that a load can read; returns its path. The same rows
 * always go to the same file, which is never written twice: a load that took it once knows it again.
 */
export async function releaseRows(
  cwd: string,
  dir: string,
  runId: string,
  entries: readonly QuarantineEntry[],
): Promise<string> {
  const hash = createHash('sha256');
  for (const { quarantine_id: id } of entries) hash.update(`${id}\n`);
  const name = `${encodeURIComponent(runId)}.${hash.digest('hex').slice(0, 16)}.jsonl`;
  const path = below(plainPath(dir), `replay/${name}`);
  const text = entries.map(({ row }) => `${stableJson(row, 0)}\n`).join('');
  const before = await readFile(resolve(cwd, path), 'utf8').catch(() => undefined);
  if (before !== undefined && before !== text)
    throw fail('DPONE_FILE_EXISTS', 'Other rows were released under this name: something has changed them since.', {
      where: path,
    });
  if (before === undefined) await atomicWrite(resolve(cwd, path), text);
  return path;
}
