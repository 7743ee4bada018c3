#!/usr/bin/env node
// Imports only what every Node.js has: an old one then gets a clear message, and --version costs little more than node itself.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.', 2).map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  const newer = nodeOfCheckout();
  if (newer === undefined) {
    process.stderr.write(
      `DPONE_NODE_VERSION: dpone needs Node.js 22.12 or newer; this is ${process.version} (${process.execPath}).\n`,
    );
    process.exitCode = 2;
  } else {
    const { spawnSync } = await import('node:child_process');
    const { status } = spawnSync(newer, process.argv.slice(1), { stdio: 'inherit' });
    process.exitCode = status ?? 3;
  }
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === 'version')) {
  const { name, version } = module.createRequire(import.meta.url)('../package.json');
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else {
  module.enableCompileCache();
  const { useBundledLibraries } = await import('../dist/host/bundled-libraries.js');
  useBundledLibraries();
  const { main } = await import('../dist/main.js');
  // Not awaited: a reader that closes the pipe (`dpone ... | head`) leaves oclif's flush unsettled, which Node would report.
  void main(import.meta.url);
}

/** The Node.js that a checkout of dpone brings as a dev dependency; there is none beside an installed dpone. */
function nodeOfCheckout() {
  const path = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));
  return existsSync(path) && path !== process.execPath ? path : undefined;
}
