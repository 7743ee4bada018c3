// Makes a fresh clone ready: installs from the lockfile and builds, each only when needed. Runs on Node 20 with
// nothing installed, so it imports only Node's own modules.
import { build, buildNeeded } from './build.mjs';
import { install, installNeeded } from './lib/install.mjs';
import { withLock } from './lib/lock.mjs';
import { fromRoot } from './lib/root.mjs';

const OLDEST_NODE = 20;

async function step(what, work) {
  const started = Date.now();
  process.stdout.write(`setup: ${what} ... `);
  const done = await work();
  process.stdout.write(`done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return done;
}

async function setUp() {
  if (installNeeded())
    await step('installing dependencies from package-lock.json (npm ci; once, a minute or two)', install);
  if (!buildNeeded()) return;
  console.log('setup: building (tsc -b; the first time a minute or two)');
  const started = Date.now();
  if (!(await build())) throw new Error('the build failed; the errors stand above');
  console.log(`setup: built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

const major = Number(process.versions.node.split('.')[0]);
try {
  if (major < OLDEST_NODE) throw new Error(`Node.js ${OLDEST_NODE} or newer is needed, this is ${process.version}`);
  if (installNeeded() || buildNeeded())
    await withLock(fromRoot('.setup-lock'), setUp, (pid) =>
      console.log(`setup: waiting for another set-up of this checkout (process ${pid})`),
    );
} catch (error) {
  process.stdout.write('\n');
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}
