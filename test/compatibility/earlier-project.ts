import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packages, root, type Package } from '../architecture/packages.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

const KEPT = join(root, 'test/compatibility/sdk');
const SDK = join(root, 'core/sdk');

interface PackageJson {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}
const packageOf = (folder: string): PackageJson =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;

/** `[major, minor]` as one number. */
const minorOf = (version: string): number => {
  const [major, minor] = version.split('.').map(Number);
  return major! * 1000 + minor!;
};

/** A project that has installed every shipped plugin, all with one SDK of an earlier minor version. */
export interface EarlierProject extends TempProject {
  readonly plugins: readonly Package[];
  /** The version of that SDK. */
  readonly sdk: string;
  /** Whether that SDK was published as such; else it is today's under an earlier number. */
  readonly published: boolean;
}

/** What `npm ci` in such a project leaves: files that are copies, nothing that the host has loaded, too. */
export function earlierProject(): EarlierProject {
  const project = tempProject();
  const plugins = packages.filter(({ room }) => room === 'plugins');
  const modules = project.file('node_modules');
  const sdk = join(modules, '@dpone/sdk');
  mkdirSync(sdk, { recursive: true });
  const published = putSdk(sdk);
  linkDependencies(SDK, modules);
  for (const { name, folder } of plugins) {
    cpSync(join(root, folder), join(modules, name), { recursive: true, dereference: true, filter: isShipped });
    linkDependencies(join(root, folder), modules);
  }
  const { version } = packageOf(sdk);
  const dependencies = Object.fromEntries(plugins.map(({ name }) => [name, '0.1.0']));
  project.write('package.json', JSON.stringify({ name: 'project', private: true, dependencies }));
  return { ...project, plugins, sdk: version, published };
}

/** The newest kept SDK of an earlier minor version; before there is one, today's under an earlier number. */
function putSdk(folder: string): boolean {
  const { version: now } = packageOf(SDK);
  const kept = (existsSync(KEPT) ? readdirSync(KEPT) : [])
    .map((name) => name.replace(/\.tgz$/, ''))
    .filter((version) => minorOf(version) < minorOf(now))
    .toSorted((a, b) => minorOf(a) - minorOf(b))
    .at(-1);
  if (kept !== undefined) {
    execFileSync('tar', ['-xzf', join(KEPT, `${kept}.tgz`), '-C', folder, '--strip-components=1']);
    return true;
  }
  cpSync(SDK, folder, { recursive: true, dereference: true, filter: isShipped });
  const [major, minor] = now.split('.').map(Number);
  const earlier = minor! > 0 ? `${major}.${minor! - 1}.9` : `${major! - 1}.9.9`;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...packageOf(SDK), version: earlier }));
  return false;
}

/** Tests and installed packages stay behind: what is loaded is what a tarball has. */
const isShipped = (path: string): boolean => !/(^|[\\/])(node_modules|\.test-dist|test)$/.test(path);

function linkDependencies(owner: string, modules: string): void {
  for (const name of Object.keys(packageOf(owner).dependencies ?? {})) {
    const link = join(modules, name);
    if (name === '@dpone/sdk' || existsSync(link)) continue;
    const found = (createRequire(join(owner, 'package.json')).resolve.paths(name) ?? [])
      .map((folder) => join(folder, name))
      .find((folder) => existsSync(folder));
    if (found === undefined) throw new Error(`${name}, which ${owner} depends on, is not installed.`);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(found), link, 'dir');
  }
}
