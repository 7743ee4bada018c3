import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { below, byName, fail, isJsonObject, plainPath, readArtifact, type JsonObject } from '@dpone/sdk';

export interface FolderFile {
  readonly name: string;
  /** As the folder was typed. */
  readonly path: string;
  readonly value: JsonObject;
}

/** Names of a folder's files with an ending, in their order; a folder that is not there has none. */
export async function namesIn(cwd: string, folder: string, ending: string): Promise<string[]> {
  try {
    const entries = await readdir(resolve(cwd, folder), { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && entry.name.endsWith(ending))
      .map((entry) => entry.name)
      .sort(byName);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw fail('DPONE_FILE_UNREADABLE', `The folder cannot be read (${code}).`, { where: folder, cause: error });
  }
}

/**
 * The files of a folder that must be JSON objects.
 * @throws DPONE_INPUT_INVALID for one that is none: it may be the one that says that something is amiss.
 */
export async function readFolder(cwd: string, folder: string, ending: string): Promise<FolderFile[]> {
  const names = await namesIn(cwd, folder, ending);
  return Promise.all(
    names.map(async (name) => {
      const path = below(plainPath(folder), name);
      const artifact = await readArtifact(resolve(cwd, path));
      if (artifact.state !== 'json' || !isJsonObject(artifact.value) || Object.keys(artifact.value).length === 0)
        throw fail('DPONE_INPUT_INVALID', 'What stands here cannot be read, so nobody knows whether it is well.', {
          where: path,
          remedy: 'Mend the file from a copy, or move it away once its load is looked after.',
        });
      return { name, path, value: artifact.value };
    }),
  );
}

/** A text of a file, or what stands for it. */
export function textOf(value: JsonObject, keys: readonly string[], otherwise: string): string {
  for (const key of keys) {
    const found = value[key];
    if (typeof found === 'string' && found !== '') return found;
  }
  return otherwise;
}
