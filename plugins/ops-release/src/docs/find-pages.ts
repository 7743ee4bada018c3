import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { byName } from '@dpone/sdk';

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** The project's folder: the nearest one upwards that says so, ten at most, else where we are. */
export async function projectRoot(cwd: string): Promise<string> {
  let folder = resolve(cwd);
  for (let level = 0; level <= 10; level += 1) {
    if (await isFile(join(folder, 'pyproject.toml'))) return folder;
    if (dirname(folder) === folder) break;
    folder = dirname(folder);
  }
  return resolve(cwd);
}

/** The Markdown pages below a folder, sorted; undefined where it is no folder. Links to folders are not followed. */
export async function findPages(folder: string): Promise<string[] | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return undefined;
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...((await findPages(path)) ?? []));
    else if (entry.name.toLowerCase().endsWith('.md') && (await isFile(path))) found.push(path);
  }
  return found.sort(byName);
}

/** The project's own page. */
export async function rootReadme(root: string): Promise<string[]> {
  const path = join(root, 'README.md');
  return (await isFile(path)) ? [path] : [];
}
