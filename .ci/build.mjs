// Compiles every TypeScript project of the tree, then makes what start-up stands on.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodePath, runCommand } from './lib/command.mjs';
import { sourceFingerprint } from './lib/fingerprint.mjs';
import { packageFolders, projects } from './lib/projects.mjs';
import { fromRoot } from './lib/root.mjs';
import { readStamp, writeStamp } from './lib/stamp.mjs';
import { removeStaleOutputs } from './lib/stale-outputs.mjs';

const STAMP = fromRoot('.setup-stamp');
/** What is made from compiled code: start-up stands on both. */
const AFTER_COMPILING = ['core/cli/scripts/bundle-libraries.mjs', 'core/cli/scripts/write-manifests.mjs'].map((path) =>
  fromRoot(path),
);

export function buildNeeded() {
  const stamp = readStamp(STAMP);
  if (stamp === null || !Array.isArray(stamp.outputs)) return true;
  return stamp.sources !== sourceFingerprint() || !stamp.outputs.every((path) => existsSync(fromRoot(path)));
}

/** Paths, from the root, that are there after a build and whose absence asks for another one. */
function outputs() {
  const builds = projects().map(({ outDir }) => join(outDir, '.tsbuildinfo'));
  const manifests = packageFolders().map((folder) => join(folder, 'oclif.manifest.json'));
  const root = fromRoot('/');
  return [...builds, ...manifests].filter((path) => existsSync(path)).map((path) => path.slice(root.length));
}

/** Builds everything. Returns false where something failed, which has then been printed. */
export async function build() {
  const sources = sourceFingerprint();
  const removed = removeStaleOutputs();
  if (removed > 0) console.log(`build: removed ${removed} outputs of deleted sources`);
  const configs = projects().map((project) => project.config);
  const tsc = fromRoot('node_modules/typescript/bin/tsc');
  const compiled = await runCommand(nodePath(), [tsc, '-b', ...configs]);
  if (compiled.code !== 0) return false;
  for (const script of AFTER_COMPILING.filter((path) => existsSync(path))) {
    const made = await runCommand(nodePath(), [script]);
    if (made.code !== 0) return false;
  }
  // A source written to while the compiler ran keeps the old fingerprint from matching, so the next set-up builds again.
  writeStamp(STAMP, { sources, outputs: outputs() });
  return true;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (!existsSync(fromRoot('node_modules')) || readdirSync(fromRoot('node_modules')).length === 0) {
    console.error('build: nothing is installed yet; run: npm run setup');
    process.exitCode = 1;
  } else process.exitCode = (await build()) ? 0 : 1;
}
