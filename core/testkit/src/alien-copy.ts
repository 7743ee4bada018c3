import { cp, mkdir, readFile, realpath, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from '@dpone/sdk';

interface PackageJson {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly dpone?: { readonly extensions: string };
}

/**
 * Loads a plugin with a copy of the SDK that is physically another one than the caller's, as a user's data folder has.
 * @param root The plugin's package folder, built.
 * @param folder An empty folder; it holds the copy afterwards.
 */
export async function alienCopy(root: string, folder: string): Promise<Plugin> {
  const pkg = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageJson;
  if (pkg.dpone === undefined) throw new Error(`${pkg.name} has no dpone block in its package.json.`);
  const modules = join(folder, 'node_modules');
  const home = join(modules, pkg.name);
  await cp(root, home, { recursive: true, dereference: true, filter: isShipped });
  const sdk = dirname(dirname(fileURLToPath(import.meta.resolve('@dpone/sdk'))));
  await cp(sdk, join(modules, '@dpone/sdk'), { recursive: true, dereference: true, filter: isShipped });
  for (const [owner, names] of [
    [root, Object.keys(pkg.dependencies ?? {})],
    [
      sdk,
      Object.keys((JSON.parse(await readFile(join(sdk, 'package.json'), 'utf8')) as PackageJson).dependencies ?? {}),
    ],
  ] as const)
    for (const name of names) if (name !== '@dpone/sdk') await linkPackage(name, owner, modules);
  const module = (await import(pathToFileURL(join(home, pkg.dpone.extensions)).href)) as { readonly default: Plugin };
  return module.default;
}

/** Tests and installed packages stay behind: what is loaded is what a tarball has. */
const isShipped = (path: string): boolean => !/(^|[\\/])(node_modules|\.test-dist|test)$/.test(path);

async function linkPackage(name: string, from: string, modules: string): Promise<void> {
  const link = join(modules, name);
  await mkdir(dirname(link), { recursive: true });
  await symlink(await findPackage(name, from), link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function findPackage(name: string, from: string): Promise<string> {
  for (const folder of createRequire(join(from, 'package.json')).resolve.paths(name) ?? []) {
    const found = await realpath(join(folder, name)).catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new Error(`${name}, which ${from} depends on, is not installed.`);
}
