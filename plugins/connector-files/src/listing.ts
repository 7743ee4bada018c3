import { stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { fail } from '@dpone/sdk';
import { glob, isDynamicPattern } from 'tinyglobby';
import { isMissing, readError } from './errors.js';
import { formatOfName, KNOWN_ENDINGS } from './formats.js';

/** A file as it was when the read was opened. */
export interface ListedFile {
  /** Absolute. */
  readonly path: string;
  /** As people and the state name it: relative to the project with forward slashes, absolute outside of it. */
  readonly name: string;
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** Another file of the same name has another one. */
  readonly inode: bigint;
}

/** What dpone and others keep beside data: hidden files, the files sink's own folder, markers such as `_SUCCESS`. */
const NOT_DATA = ['**/.*', '**/.*/**', '**/_*', '**/_*/**'];

/** The files that the paths name, each once, sorted by name. DPONE_SOURCE_NOT_FOUND for a path that names none. */
export async function listFiles(paths: readonly string[], workdir: string): Promise<ListedFile[]> {
  const found = new Map<string, ListedFile>();
  for (const path of paths) for (const file of await listPath(path, workdir)) found.set(file.path, file);
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A name that is there is taken as it is, also with `*` or `[` in it; only then is it a pattern. */
async function listPath(path: string, workdir: string): Promise<ListedFile[]> {
  const absolute = resolve(workdir, path);
  const kind = await kindOf(absolute);
  if (kind === 'file') return [await lookAt(absolute, workdir)];
  if (kind === 'folder') return listFolder(path, absolute, workdir);
  if (kind === 'other')
    throw fail('DPONE_FILE_UNREADABLE', `${path} is neither a file nor a folder`, { where: absolute });
  if (!isDynamicPattern(path))
    throw fail('DPONE_SOURCE_NOT_FOUND', `there is no file or folder ${path} in ${workdir}`, { where: absolute });
  const names = await find([path], workdir);
  if (names.length === 0)
    throw fail('DPONE_SOURCE_NOT_FOUND', `no file fits the pattern ${path} in ${workdir}`, {
      where: 'source.options.path',
      remedy:
        'Check the pattern: * is any text within a name, ** any folders. Hidden files and names with _ in front are left out.',
    });
  return Promise.all(names.map((name) => lookAt(name, workdir)));
}

async function listFolder(path: string, absolute: string, workdir: string): Promise<ListedFile[]> {
  const names = (await find(['**/*'], absolute)).filter((name) => formatOfName(name).lane !== undefined);
  if (names.length === 0)
    throw fail('DPONE_SOURCE_NOT_FOUND', `the folder ${path} in ${workdir} holds no data file`, {
      where: absolute,
      remedy: `Known endings: ${KNOWN_ENDINGS}. For others name a pattern, and the format.`,
    });
  return Promise.all(names.map((name) => lookAt(name, workdir)));
}

async function find(patterns: readonly string[], folder: string): Promise<string[]> {
  const slashed = patterns.map((p) => (sep === '\\' ? p.replaceAll('\\', '/') : p));
  const options = { cwd: folder, absolute: true, onlyFiles: true, dot: false, expandDirectories: false };
  try {
    return await glob(slashed, { ...options, ignore: NOT_DATA });
  } catch (error) {
    throw readError(error, folder);
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw readError(error, path);
  }
}

/** The file as it is now. */
export async function lookAt(path: string, workdir: string): Promise<ListedFile> {
  try {
    const { size, mtimeNs, ino } = await stat(path, { bigint: true });
    return { path: resolve(path), name: nameOf(path, workdir), size: Number(size), mtimeNs, inode: ino };
  } catch (error) {
    throw readError(error, path);
  }
}

function nameOf(path: string, workdir: string): string {
  const name = relative(workdir, path);
  const outside = name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name);
  return (outside ? resolve(path) : name).split(sep).join('/');
}
