import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Libraries that start-up pays for file by file, and their copies in one file each (scripts/bundle-libraries.mjs). */
const BUNDLES: Readonly<Record<string, string>> = {
  '@oclif/core': 'oclif-core.js',
  zod: 'zod.js',
  yaml: 'yaml.js',
  tsyringe: 'tsyringe.js',
  '@dpone/sdk': 'dpone-sdk.js',
  '@dpone/sdk/connector': 'dpone-sdk-connector.js',
  '@dpone/sdk/gate-command': 'dpone-sdk-gate-command.js',
  '@dpone/sdk/run-gate': 'dpone-sdk-run-gate.js',
  '@dpone/engine': 'dpone-engine.js',
};

/**
 * Sends imports of the bundled libraries, by the host and by the plugins that came with it, to the one-file copies. A
 * plugin that a user installed keeps the copy it was tested with. Does nothing where the copies were not built, or on a
 * Node.js without synchronous hooks (before 22.15): everything then works as before, only slower to start.
 */
export function useBundledLibraries(): void {
  if (typeof module.registerHooks !== 'function') return;
  const folder = new URL('../libraries/', import.meta.url);
  const bundles = new Map(
    Object.entries(BUNDLES)
      .map(([name, file]) => [name, new URL(file, folder)] as const)
      .filter(([, url]) => existsSync(url)),
  );
  const own = ownFolders();
  // An engine of the checkout that is newer brings the SDK of the checkout with it, and the other way round.
  if (['@dpone/sdk', '@dpone/engine'].some((name) => isStale(name, bundles.get(name), own)))
    for (const name of bundles.keys()) if (name.startsWith('@dpone/')) bundles.delete(name);
  module.registerHooks({
    resolve(specifier, context, next) {
      const { parentURL } = context;
      const home = parentURL === undefined ? undefined : own.find((prefix) => parentURL.startsWith(prefix));
      if (home === undefined) return next(specifier, context);
      const bundle = bundles.get(specifier);
      if (bundle !== undefined) return { url: bundle.href, format: 'module', shortCircuit: true };
      // Between compiled files of one package there is nothing to find out: Node would look for links and package.json.
      if (!/^\.\.?\/.*\.js$/.test(specifier) || !parentURL!.startsWith(`${home}dist/`)) return next(specifier, context);
      return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true };
    },
  });
}

/** True in a checkout whose package was compiled again since: its own files are then the truth. */
function isStale(name: string, bundle: URL | undefined, own: readonly string[]): boolean {
  const folder = own.find((prefix) => prefix.endsWith(`/${name.slice('@dpone/'.length)}/`));
  if (bundle === undefined || folder === undefined) return false;
  const compiled = new URL('dist/.tsbuildinfo', folder);
  return existsSync(compiled) && statSync(compiled).mtimeMs > statSync(bundle).mtimeMs;
}

/** The folders of the host and of the packages that it depends on, as URLs that end with a slash. */
function ownFolders(): string[] {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object };
  const folders = Object.keys(dependencies).flatMap((name) => {
    for (let at = root; ; at = dirname(at)) {
      const folder = join(at, 'node_modules', name);
      if (existsSync(folder)) return [realpathSync(folder)];
      if (dirname(at) === at) return [];
    }
  });
  return [realpathSync(root), ...folders].map((folder) => `${pathToFileURL(folder).href}/`);
}
