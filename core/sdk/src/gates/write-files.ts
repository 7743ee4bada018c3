import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { fail } from '../errors/error.js';
import { atomicWrite } from '../util/atomic-write.js';
import { stableJson } from '../util/stable-json.js';
import type { OutputFile } from './gate.js';

const textOf = (file: OutputFile): string => ('json' in file ? `${stableJson(file.json)}\n` : file.text);

/** Writes a gate's files into its folder, each whole or not at all, never through a link that leads out of it. */
export async function writeFiles(folder: string, files: readonly OutputFile[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const root = await realpath(folder);
    for (const file of files) {
      const path = resolve(root, file.path);
      if (!path.startsWith(root + sep)) throw outside(file.path, folder);
      await mkdir(dirname(path), { recursive: true });
      if (!`${await realpath(dirname(path))}${sep}`.startsWith(root + sep)) throw outside(file.path, folder);
      const text = textOf(file);
      if (file.exclusive === true) await refuseOther(path, text, join(folder, file.path));
      await atomicWrite(path, text);
    }
  } catch (error) {
    if ((error as { code?: unknown }).code?.toString().startsWith('DPONE_') === true) throw error;
    throw fail('DPONE_ARTIFACT_WRITE', `An artifact could not be written: ${(error as Error).message}`, {
      where: folder,
      cause: error,
    });
  }
}

const outside = (path: string, folder: string): Error =>
  fail('DPONE_INPUT_INVALID', `${path} leads out of the output folder.`, { where: folder });

async function refuseOther(path: string, text: string, where: string): Promise<void> {
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (before !== undefined && before !== text)
    throw fail('DPONE_FILE_EXISTS', 'This record is there already and says something else; it is never replaced.', {
      where,
      remedy: 'Use another id, or another output folder.',
    });
}
