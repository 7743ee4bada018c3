import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageFolders, projects } from './projects.mjs';

const SOURCE_ENDINGS = ['.ts', '.tsx', '.mts', '.cts'];
const OUTPUT_ENDINGS = ['.js', '.js.map', '.d.ts', '.d.ts.map'];

function* declarations(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* declarations(path);
    else if (entry.name.endsWith('.d.ts')) yield path.slice(0, -'.d.ts'.length);
  }
}

/**
 * Removes compiled files whose source is gone: `tsc -b` never does, and a stale test would still run.
 * Returns how many files and folders were removed.
 */
export function removeStaleOutputs() {
  let removed = 0;
  const live = projects();
  for (const { rootDir, outDir } of live) {
    if (!existsSync(outDir)) continue;
    for (const output of declarations(outDir)) {
      const source = join(rootDir, relative(outDir, output));
      if (SOURCE_ENDINGS.some((ending) => existsSync(source + ending))) continue;
      for (const ending of OUTPUT_ENDINGS) rmSync(output + ending, { force: true });
      removed += 1;
    }
  }
  const outputs = new Set(live.map((project) => project.outDir));
  for (const folder of packageFolders())
    for (const name of ['dist', '.test-dist']) {
      const folderOfOutputs = join(folder, name);
      if (outputs.has(folderOfOutputs) || !existsSync(folderOfOutputs)) continue;
      rmSync(folderOfOutputs, { recursive: true, force: true });
      removed += 1;
    }
  return removed;
}
