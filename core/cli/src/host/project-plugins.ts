import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface ProjectPlugins {
  /** The folder of the nearest package.json. */
  readonly path: string;
  readonly names: readonly string[];
}

interface PackageFile {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly dpone?: unknown;
}

/**
 * The plugins that a project pins in its own package.json and lockfile, so that CI runs what was tested: dependencies
 * of the nearest package.json upwards that are installed beside it and have a `dpone` block.
 */
export function projectPlugins(cwd: string): ProjectPlugins | null {
  const path = nearestPackage(cwd);
  if (path === null) return null;
  const { dependencies, devDependencies } = readPackage(join(path, 'package.json')) ?? {};
  const names = Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => readPackage(join(path, 'node_modules', name, 'package.json'))?.dpone !== undefined,
  );
  return names.length === 0 ? null : { path, names: names.sort() };
}

function nearestPackage(from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

function readPackage(path: string): PackageFile | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as PackageFile | null;
  } catch {
    return null; // Not there or not JSON: no plugin of dpone's.
  }
}
