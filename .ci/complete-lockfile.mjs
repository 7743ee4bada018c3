// Adds to package-lock.json the optional packages of other platforms that npm left out: it drops those that were not
// installed here, or that the registry in use does not hold, and `npm ci` then refuses the lockfile everywhere.
// With --check it changes nothing and fails where something is missing.
import { readFileSync, writeFileSync } from 'node:fs';
import { fromRoot } from './lib/root.mjs';

const LOCKFILE = fromRoot('package-lock.json');
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = 'arm arm64 ia32 loong64 mips64el ppc64 ppc riscv64 s390x x64 x86_64 wasm32'.split(' ');

/** The platform that a binary package's name states: `@x/binding-linux-x64-musl` is linux, x64, musl. */
function platformOf(name) {
  const parts = name.split(/[-/.]/);
  const os = SYSTEMS.find((system) => parts.includes(system));
  const cpu = PROCESSORS.filter((processor) => parts.includes(processor)).pop();
  if (os === undefined && name === 'fsevents') return { os: ['darwin'] };
  // WebAssembly runs on every system; npm skips it by its processor.
  if (os === undefined && cpu === 'wasm32') return { cpu: [cpu] };
  if (os === undefined) return null;
  return {
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(os === 'linux' && parts.includes('musl') ? { libc: ['musl'] } : {}),
    ...(os === 'linux' && parts.includes('gnu') ? { libc: ['glibc'] } : {}),
    os: [os],
  };
}

/** The entry of a dependency that is pinned, under its own name or, by `npm:name@version`, under another one. */
function entryOf(range) {
  const alias = /^npm:(.+)@([^@]+)$/.exec(range);
  const version = (alias?.[2] ?? range).replace(/^[~^]/, '');
  return alias === null ? { version } : { name: alias[1], version };
}

/** Whether a package at `path` finds `name` in the lockfile, as Node would: beside it or further up. */
function isLocked(packages, path, name) {
  for (let at = path; ;) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in packages) return true;
    if (at === '') return false;
    const cut = at.lastIndexOf('/node_modules/');
    at = cut < 0 ? '' : at.slice(0, cut);
  }
}

const lock = JSON.parse(readFileSync(LOCKFILE, 'utf8'));
const added = [];
const unknown = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(lock.packages, path, name)) continue;
    const platform = platformOf(name);
    if (platform === null) unknown.push(`${name} (of ${path})`);
    else {
      lock.packages[`node_modules/${name}`] = {
        ...entryOf(range),
        ...(entry.dev === true ? { dev: true } : {}),
        optional: true,
        ...platform,
      };
      added.push(name);
    }
  }
}

if (unknown.length > 0) console.error(`lockfile: no platform is known for: ${unknown.join(', ')}`);
if (process.argv.includes('--check')) {
  if (added.length > 0) console.error(`lockfile: ${added.length} optional packages are missing; run: npm run lockfile`);
  process.exitCode = added.length + unknown.length > 0 ? 1 : 0;
} else {
  const byPath = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(byPath));
  if (added.length > 0) writeFileSync(LOCKFILE, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`lockfile: ${added.length} optional packages added`);
  process.exitCode = unknown.length > 0 ? 1 : 0;
}
