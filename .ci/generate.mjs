// Writes docs/reference, and the options in the packages' README files, from the built code, so that it cannot differ from what runs. With --check it writes nothing
// and fails where a committed page is not what it would write.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commandPages } from './lib/reference/commands.mjs';
import { catalogPages, connectorPages, strategyPages } from './lib/reference/connectors.mjs';
import { errorPages } from './lib/reference/errors.mjs';
import { manifestPages } from './lib/reference/manifest.mjs';
import { plugins } from './lib/reference/plugins.mjs';
import { readmePages } from './lib/reference/readmes.mjs';
import { sdkPages } from './lib/reference/sdk.mjs';
import { fromRoot } from './lib/root.mjs';

const FOLDER = 'docs/reference';
// Written by hand.
const KEPT = new Set([`${FOLDER}/index.md`]);

function filesUnder(folder) {
  if (!existsSync(fromRoot(folder))) return [];
  return readdirSync(fromRoot(folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );
}

const installed = await plugins();
const wanted = new Map([
  ...(await errorPages()),
  ...sdkPages(),
  ...(await manifestPages()),
  ...(await commandPages()),
  ...strategyPages(installed),
  ...connectorPages(installed),
  ...catalogPages(installed),
  ...readmePages(installed),
]);

const stale = [...wanted].filter(
  ([path, text]) => !existsSync(fromRoot(path)) || readFileSync(fromRoot(path), 'utf8') !== text,
);
const surplus = filesUnder(FOLDER).filter((path) => !wanted.has(path) && !KEPT.has(path));

if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`generate: ${path} is not what the code says; run: npm run generate`);
  for (const path of surplus) console.error(`generate: ${path} belongs to nothing that exists; run: npm run generate`);
  process.exitCode = stale.length + surplus.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(fromRoot(path)), { recursive: true });
    writeFileSync(join(fromRoot(path)), text);
  }
  for (const path of surplus) rmSync(fromRoot(path));
  console.log(`generate: ${wanted.size} files, ${stale.length} written, ${surplus.length} removed`);
}
