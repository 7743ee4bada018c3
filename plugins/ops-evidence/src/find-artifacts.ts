import { readdir, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { byName } from '@dpone/sdk';

const SUFFIXES = new Set(['.json', '.md', '.txt', '.log']);

export const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;

/**
 * The artifact files below a root, relative to it with forward slashes, in the order of their paths. Links to folders
 * are not followed, so that a circle of links is no endless walk. Holds one folder's names at a time.
 */
export async function* findArtifacts(
  cwd: string,
  root: string,
  exclude: readonly string[],
): AsyncGenerator<string, void, undefined> {
  const start = resolve(cwd, root);
  const walk = async function* (folder: string): AsyncGenerator<string, void, undefined> {
    const entries = await readdir(join(start, folder), { withFileTypes: true }).catch(() => []);
    // A folder is sorted as its files will be: `a.json` stands before `a/b.json`.
    const sorted = entries
      .map((entry) => ({ entry, key: entry.isDirectory() ? `${entry.name}/` : entry.name }))
      .sort((a, b) => byName(a.key, b.key));
    for (const { entry } of sorted) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== '__pycache__') yield* walk(path);
      } else if (SUFFIXES.has(extname(entry.name).toLowerCase()) && !exclude.includes(entry.name)) {
        const isFile = entry.isFile() || (await stat(join(start, path)).catch(() => undefined))?.isFile() === true;
        if (isFile) yield path;
      }
    }
  };
  yield* walk('');
}
