import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { fail } from '../errors/error.js';
import { atomicWrite } from '../util/atomic-write.js';
import { stableJsonLines } from '../util/stable-json.js';
import type { OutputFile } from './gate.js';

const contentOf = (file: OutputFile): string | Uint8Array | Iterable<string> =>
  'bytes' in file ? file.bytes : 'json' in file ? stableJsonLines(file.json) : file.text;

const bytesOf = (content: ReturnType<typeof contentOf>): Uint8Array =>
  content instanceof Uint8Array ? content : Buffer.from(typeof content === 'string' ? content : [...content].join(''));

/** Writes a gate's files into its folder, each whole or not at all, never through a link that leads out of it. */
export async function writeFiles(folder: string, files: readonly OutputFile[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const root = await realpath(folder);
    const placed = files.map((file) => ({ file, path: resolve(root, file.path) }));
    // What is refused is refused before anything is written.
    for (const { file, path } of placed) {
      if (!path.startsWith(root + sep)) throw outside(file.path, folder);
      if (file.exclusive === true) await refuseOther(path, bytesOf(contentOf(file)), join(folder, file.path));
    }
    for (const { file, path } of placed) {
      await mkdir(dirname(path), { recursive: true });
      if (!`${await realpath(dirname(path))}${sep}`.startsWith(root + sep)) throw outside(file.path, folder);
      await atomicWrite(path, contentOf(file));
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

async function refuseOther(path: string, content: Uint8Array, where: string): Promise<void> {
  const before = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (before !== undefined && !before.equals(content))
    throw fail('DPONE_FILE_EXISTS', 'This record is there already and says something else; it is never replaced.', {
      where,
      remedy: 'Use another id, or another output folder.',
    });
}
