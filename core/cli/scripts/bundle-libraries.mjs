// Bundles the libraries that most commands import: dozens of small files become one each, which halves start-up
// (docs/benchmarks). bin/dpone.js sends imports of them by the host and its bundled plugins to these copies.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import 'reflect-metadata'; // tsyringe asks for it when it is listed.
import { rolldown } from 'rolldown';

const out = fileURLToPath(new URL('../dist/libraries', import.meta.url));

/** What is bundled together; the entries of one group share their common code. */
const GROUPS = [
  ['@oclif/core'],
  ['zod'],
  ['yaml'],
  ['tsyringe'],
  ['@dpone/sdk', '@dpone/sdk/connector', '@dpone/sdk/gate-command', '@dpone/sdk/run-gate'],
  ['@dpone/engine'],
];

const fileOf = (name) => name.replace('@', '').replaceAll('/', '-');

rmSync(out, { recursive: true, force: true });
for (const group of GROUPS) {
  // A CommonJS library has no static exports; what it gives is listed from the library itself.
  const entries = new Map();
  for (const name of group) {
    const names = Object.keys(await import(name)).filter((key) => key !== 'default' && key !== 'module.exports');
    entries.set(`\0${fileOf(name)}`, `export { ${names.join(', ')} } from '${name}';`);
  }
  const bundle = await rolldown({
    input: Object.fromEntries(group.map((name) => [fileOf(name), `\0${fileOf(name)}`])),
    platform: 'node',
    logLevel: 'silent',
    // Each is bundled for itself; an import of another from here is sent to that one's bundle like any other.
    external: GROUPS.flat().filter((name) => !group.includes(name)),
    resolve: { conditionNames: ['node', 'import'] },
    plugins: [
      {
        name: 'entries',
        resolveId: (id) => (entries.has(id) ? id : null),
        load: (id) => entries.get(id) ?? null,
      },
    ],
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  await bundle.write({
    dir: out,
    format: 'esm',
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: `${fileOf(group[0])}-[name].js`,
  });
}
