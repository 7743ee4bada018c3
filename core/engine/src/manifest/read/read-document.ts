import { fail } from '@dpone/sdk';
import { readFile, stat } from 'node:fs/promises';
import { extname, relative, sep } from 'node:path';
import { LIMITS } from './limits.js';
import type { Layer, MapNode, Node } from './node.js';
import { place } from './node.js';
import { readJson } from './read-json.js';
import { readModule } from './read-module.js';
import { readYaml } from './read-yaml.js';

const TEXT = new Map([
  ['.yml', readYaml],
  ['.yaml', readYaml],
  ['.json', readJson],
]);
const MODULES = new Set(['.ts', '.mts', '.js', '.mjs']);

/** Whether a text names a file that {@link readDocument} reads. */
export const isDocumentName = (text: string): boolean => TEXT.has(extname(text)) || MODULES.has(extname(text));

/** A path as the user would write it: relative to the project with forward slashes, absolute where it lies outside. */
export function displayPath(path: string, workdir: string): string {
  const short = relative(workdir, path);
  return (short.startsWith('..') ? path : short).split(sep).join('/');
}

/** Reads a manifest, a convention or a registry by its file's ending; null where it holds nothing. */
export async function readDocument(path: string, file: string, layer: Layer): Promise<Node | null> {
  const ending = extname(path).toLowerCase();
  const reader = TEXT.get(ending);
  if (reader === undefined && !MODULES.has(ending))
    throw fail('DPONE_MANIFEST_INVALID', `${file} has an ending that is not known`, {
      where: file,
      remedy: `Name it ${[...TEXT.keys(), ...MODULES].join(', ')}.`,
    });
  await mustBeFile(path, file);
  if (reader === undefined) return readModule(path, file, layer);
  return reader(await readText(path, file), file, layer);
}

/** As {@link readDocument}, where only a map will do. */
export async function readMap(path: string, file: string, layer: Layer): Promise<MapNode> {
  const node = await readDocument(path, file, layer);
  if (node === null) throw fail('DPONE_MANIFEST_INVALID', 'the file is empty', { where: file });
  if (node.kind !== 'map')
    throw fail(
      'DPONE_MANIFEST_INVALID',
      `the file must hold a map of keys, not a ${node.kind === 'list' ? 'list' : 'single value'}`,
      {
        where: place(node.origin),
      },
    );
  return node;
}

async function mustBeFile(path: string, file: string): Promise<void> {
  const info = await stat(path).catch((error: unknown) => {
    const { code } = error as { code?: unknown };
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? fail('DPONE_FILE_NOT_FOUND', `there is no file ${file}`, { where: file, cause: error })
      : fail('DPONE_FILE_UNREADABLE', `${file} cannot be read`, { where: file, cause: error });
  });
  if (!info.isFile())
    throw fail('DPONE_FILE_UNREADABLE', `${file} is ${info.isDirectory() ? 'a folder' : 'not a regular file'}`, {
      where: file,
    });
  if (info.size > LIMITS.bytes)
    throw fail('DPONE_MANIFEST_INVALID', `${file} is larger than ${LIMITS.bytes / 1024 / 1024} MiB`, { where: file });
}

async function readText(path: string, file: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fail('DPONE_FILE_UNREADABLE', `${file} cannot be read`, { where: file, cause: error });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw fail('DPONE_MANIFEST_SYNTAX', `${file} is not UTF-8 text`, { where: file, cause: error });
  }
}
