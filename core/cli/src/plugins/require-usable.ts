import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Config, type Interfaces } from '@oclif/core';
import { discover } from '../host/discover.js';
import { loadPlugin } from '../host/load-plugin.js';
import { Registry } from '../host/registry.js';

/** The plugins of a folder, as a command that starts now would see them. */
export async function stateOf(config: Interfaces.Config, dataDir: string): Promise<Registry> {
  const before = process.env['DPONE_DATA_DIR'];
  process.env['DPONE_DATA_DIR'] = dataDir;
  try {
    return new Registry(discover(await Config.load({ root: config.root })));
  } finally {
    if (before === undefined) delete process.env['DPONE_DATA_DIR'];
    else process.env['DPONE_DATA_DIR'] = before;
  }
}

/**
 * Throws where a change brought in something that the host would leave out, or whose code does not load. What was
 * wrong before is no reason: a plugin that broke by itself must not keep others from being installed.
 */
export async function requireUsable(before: Registry, after: Registry): Promise<void> {
  const known = new Set(before.problems.map(({ message }) => message));
  const problem = after.problems.find(({ message }) => !known.has(message));
  if (problem !== undefined) throw problem;
  const old = new Set(await Promise.all(before.plugins.map(identity)));
  for (const plugin of after.plugins) if (!old.has(await identity(plugin))) await loadPlugin(plugin);
}

/** Two versions of a plugin differ in their package.json; so do two states of one that is linked, when it is asked for. */
const identity = async ({ name, root }: { readonly name: string; readonly root: string }): Promise<string> =>
  `${name} ${await readFile(join(root, 'package.json'), 'utf8')}`;
