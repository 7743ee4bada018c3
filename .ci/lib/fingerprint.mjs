import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './root.mjs';
import { packageFolders } from './projects.mjs';

const NOT_SOURCE = new Set(['node_modules', 'dist', '.test-dist', 'out', '.dpone']);
const SOURCE_NAME = /\.(?:[cm]?ts|[cm]?js|json)$/;

function* sourceFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!NOT_SOURCE.has(entry.name)) yield* sourceFiles(path);
    } else if (SOURCE_NAME.test(entry.name) && entry.name !== 'oclif.manifest.json') yield path;
  }
}

/** One value that changes when a source file is added, removed or written to. Reads no file, so that it is quick. */
export function sourceFingerprint() {
  const hash = createHash('sha256');
  const roots = [...packageFolders(), join(ROOT, 'test')].filter((folder) => existsSync(folder));
  const files = roots.flatMap((folder) => [...sourceFiles(folder)]);
  for (const file of [join(ROOT, 'tsconfig.json'), join(ROOT, '.ci/build.mjs'), ...files].sort()) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(ROOT, file)}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

export const fileFingerprint = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
