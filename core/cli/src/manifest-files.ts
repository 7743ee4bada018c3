import { readFile, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fail } from '@dpone/sdk';

const SUFFIXES = new Set(['.yml', '.yaml', '.json']);

/** The manifests that a path names: the file itself, or those in a folder, by name; `recursive`: below it, too. */
export async function manifestFiles(path: string, recursive: boolean): Promise<readonly string[]> {
  if ((await stat(path).catch(() => undefined))?.isDirectory() !== true) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive });
  const files = entries
    .filter((entry) => entry.isFile() && SUFFIXES.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.split(/[/\\]/).some((part) => part === 'node_modules' || /^\.[^.]/.test(part)))
    .sort();
  const manifests = [];
  for (const file of files) if (looksLikeManifest(await readFile(file, 'utf8'))) manifests.push(file);
  if (manifests.length === 0)
    throw fail('DPONE_FILE_NOT_FOUND', 'This folder has no manifest.', {
      where: path,
      remedy: recursive ? 'Name another folder, or a file.' : 'Name a file, or look below the folder with --recursive.',
    });
  return manifests;
}

/** A folder holds other YAML, too: a manifest names its kind, or a source and a sink. A broken one is still taken. */
const looksLikeManifest = (text: string): boolean =>
  /^\s*["']?kind["']?\s*:\s*["']?dpone\./m.test(text) ||
  (/^\s*["']?source["']?\s*:/m.test(text) && /^\s*["']?sink["']?\s*:/m.test(text));
