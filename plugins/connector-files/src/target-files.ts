import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isMissing } from './errors.js';
import { formatOfName } from './formats.js';
import type { Layout } from './layout.js';

export interface TargetFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
}

/** The target's data files, sorted by name: the one file, or those of its format directly in its folder. */
export async function targetFiles(layout: Layout): Promise<TargetFile[]> {
  if (layout.single) return look(layout.target);
  try {
    const names = (await readdir(layout.target)).filter(
      (name) => !name.startsWith('.') && !name.startsWith('_') && formatOfName(name).lane === layout.lane,
    );
    return (await Promise.all(names.toSorted().map((name) => look(join(layout.target, name))))).flat();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function look(path: string): Promise<TargetFile[]> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? [{ name: basename(path), path, size: stats.size }] : [];
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
