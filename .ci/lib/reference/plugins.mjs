import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFolders } from '../projects.mjs';
import { fromRoot } from '../root.mjs';

const KINDS = ['source', 'sink', 'strategy', 'gate', 'codec', 'stateStore', 'secrets', 'executor', 'observer'];

/** The plugins of the tree with what each registers: `{ name, folder, description, provides, definitions: { 'source:files': ... } }`. */
export async function plugins() {
  const found = [];
  for (const folder of packageFolders().filter((path) => path.startsWith(fromRoot('plugins')))) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const pkg = JSON.parse(readFileSync(file, 'utf8'));
    if (pkg.dpone === undefined) continue;
    const definitions = {};
    const register = Object.fromEntries(
      KINDS.map((kind) => [kind, (id, definition) => (definitions[`${kind}:${id}`] = definition)]),
    );
    const module = await import(pathToFileURL(join(folder, pkg.dpone.extensions)).href);
    await module.default.register({ apiVersion: pkg.dpone.apiVersion, ...register });
    found.push({ name: pkg.name, description: pkg.description, provides: [...pkg.dpone.provides].sort(), definitions });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
