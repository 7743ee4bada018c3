import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

const PACKAGE_FOLDERS = ['core', 'plugins', 'templates'];

function subfolders(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map((entry) => join(folder, entry.name))
    .sort();
}

/** Folders under core, plugins and templates; those of a removed package may still hold its outputs. */
export const packageFolders = () => PACKAGE_FOLDERS.flatMap((name) => subfolders(join(ROOT, name)));

/** Every TypeScript project of the tree that exists: a package's own, its tests', the tests that cross packages, their servers. */
export function projects() {
  const found = packageFolders().flatMap((folder) => [
    { config: join(folder, 'tsconfig.json'), rootDir: join(folder, 'src'), outDir: join(folder, 'dist') },
    { config: join(folder, 'test/tsconfig.json'), rootDir: join(folder, 'test'), outDir: join(folder, '.test-dist') },
  ]);
  const services = join(ROOT, 'test/services');
  found.push(
    { config: join(services, 'tsconfig.json'), rootDir: join(services, 'src'), outDir: join(services, 'dist') },
    {
      config: join(ROOT, 'test/tsconfig.json'),
      rootDir: join(ROOT, 'test'),
      outDir: join(ROOT, 'test/.test-dist'),
    },
  );
  return found.filter((project) => existsSync(project.config));
}
