// Bundles the two libraries that every command imports: dozens of small files become one each, which halves start-up
// (docs/benchmarks). bin/dpone.js sends imports of them by the host and its bundled plugins to these copies.
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const out = fileURLToPath(new URL('../dist/libraries', import.meta.url));

for (const name of ['@oclif/core', 'zod']) {
  const file = name.replace('@', '').replace('/', '-');
  const entry = `\0${file}`;
  // A CommonJS library has no static exports; what it gives is listed from the library itself.
  const names = Object.keys(await import(name)).filter((key) => key !== 'default' && key !== 'module.exports');
  const bundle = await rolldown({
    input: { [file]: entry },
    platform: 'node',
    logLevel: 'silent',
    resolve: { conditionNames: ['node', 'import'] },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? `export { ${names.join(', ')} } from '${name}';` : null),
      },
    ],
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  await bundle.write({
    dir: out,
    format: 'esm',
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: `${file}-[name].js`,
  });
}
