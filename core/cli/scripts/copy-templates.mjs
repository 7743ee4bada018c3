// Puts the templates of `dpone generate` beside the code, less what building and installing made: before packing, which
// takes them away afterwards (`--remove`), as a checkout has its own.
import { cp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const from = fileURLToPath(new URL('../../../templates', import.meta.url));
const to = fileURLToPath(new URL('../templates', import.meta.url));
const MADE = /[\\/](node_modules|dist|\.test-dist|oclif\.manifest\.json|[^\\/]*\.(tsbuildinfo|tgz))$/;

await rm(to, { recursive: true, force: true });
if (!process.argv.includes('--remove')) await cp(from, to, { recursive: true, filter: (path) => !MADE.test(path) });
