import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packages, root } from '../architecture/packages.js';
import type { PackedPlugin, PluginManifest } from './plugin-package.js';

const run = promisify(execFile);

/** Every package of this repository that is published, packed as it is from what is built. */
export async function packPublished(into: string): Promise<PackedPlugin[]> {
  // What `dpone generate` copies is part of the package, and in the checkout for as long as it is packed.
  const templates = async (...args: string[]): Promise<void> => {
    await run(process.execPath, ['scripts/copy-templates.mjs', ...args], { cwd: join(root, 'core/cli') });
  };
  await templates();
  const own = packages.filter(({ room }) => room !== 'templates');
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', into];
  const { stdout } = await run('npm', [...args, ...own.flatMap(({ name }) => ['--workspace', name])], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  await templates('--remove');
  const files = new Map(
    (JSON.parse(stdout) as { name: string; filename: string }[]).map(({ name, filename }) => [
      name,
      filename.replace(/^@/, '').replace('/', '-'),
    ]),
  );
  return own.map(({ name, folder }) => ({
    manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as PluginManifest,
    folder: join(root, folder),
    tarball: join(into, files.get(name)!),
  }));
}

/** The registry that npm is set to here, or why it gives nothing. */
export async function npmRegistry(): Promise<{ readonly url: string; readonly missing: string | undefined }> {
  const { stdout } = await run('npm', ['config', 'get', 'registry'], { cwd: root });
  const url = stdout.trim();
  const answers = await fetch(new URL('zod', url), { method: 'HEAD', signal: AbortSignal.timeout(10_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  return { url, missing: answers ? undefined : 'the npm registry that this machine is set to does not answer' };
}
