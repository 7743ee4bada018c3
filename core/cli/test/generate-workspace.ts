import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const modules = join(root, 'node_modules');
const npm = join(modules, 'npm/bin/npm-cli.js');

export const cliRoot = join(root, 'core/cli');
export const templates = join(root, 'templates');

/** A folder of its own, outside of the workspace, removed afterwards. */
export async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dpone-generate-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a program of a package as its author would, and gives what it printed; throws with that where it fails. */
export async function node(
  cwd: string,
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], {
      cwd,
      env: { ...inherited, ...env },
    });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${script} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Packs a package folder, without its own scripts unless told; the tarball's path. */
export async function pack(
  folder: string,
  into: string,
  scripts: '--ignore-scripts' | '--no-ignore-scripts' = '--ignore-scripts',
): Promise<string> {
  const printed = await node(folder, npm, ['pack', '--json', scripts, '--offline', '--pack-destination', into]);
  return join(into, (JSON.parse(printed) as { filename: string }[])[0]!.filename);
}

/**
 * What `npm install` would give the package: the SDK and the kit out of their packed tarballs, the other packages as
 * this workspace has them. No registry is asked.
 */
export async function installDependencies(folder: string): Promise<void> {
  const target = join(folder, 'node_modules');
  await mkdir(join(target, '@dpone'), { recursive: true });
  for (const name of await readdir(modules))
    if (name !== '@dpone') await symlink(join(modules, name), join(target, name));
  for (const name of ['sdk', 'testkit']) {
    const tarball = await pack(join(root, 'core', name), folder);
    await mkdir(join(target, '@dpone', name));
    await promisify(execFile)('tar', ['xzf', tarball, '--strip-components=1', '-C', join(target, '@dpone', name)]);
    await rm(tarball);
  }
}

/** Puts a real copy of a linked package in its place, so that npm can bundle it. */
export async function unlink(folder: string, name: string): Promise<void> {
  const path = join(folder, 'node_modules', name);
  await rm(path, { recursive: true });
  await cp(join(modules, name), path, { recursive: true, dereference: true });
}

export const tool = (folder: string, path: string): string => join(folder, 'node_modules', path);
