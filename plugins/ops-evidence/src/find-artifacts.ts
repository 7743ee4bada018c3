import { readdir, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';

const SUFFIXES = new Set(['.json', '.md', '.txt', '.log']);

/**
 * The artifact files below a root, relative to it with forward slashes; null where the root is no folder. Links to
 * folders are not followed, so that a circle of links is no endless walk.
 */
export async function findArtifacts(cwd: string, root: string, exclude: readonly string[]): Promise<string[] | null> {
  const start = resolve(cwd, root);
  if ((await stat(start).catch(() => undefined))?.isDirectory() !== true) return null;
  const found: string[] = [];
  const walk = async (relative: string): Promise<void> => {
    const entries = await readdir(join(start, relative), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== '__pycache__') await walk(path);
      } else if (SUFFIXES.has(extname(entry.name).toLowerCase()) && !exclude.includes(entry.name)) {
        const isFile = entry.isFile() || (await stat(join(start, path)).catch(() => undefined))?.isFile() === true;
        if (isFile) found.push(path);
      }
    }
  };
  await walk('');
  return found;
}
