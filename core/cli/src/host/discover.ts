import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Interfaces } from '@oclif/core';
import type { FoundPlugin } from './plugin-block.js';

/** The plugins with a `dpone` block among all that oclif found: bundled, installed, linked, the project's. Imports none. */
export function discover(config: Interfaces.Config): FoundPlugin[] {
  const engine = enginePlugin();
  const found = new Map<string, FoundPlugin>([[engine.name, engine]]);
  for (const plugin of config.getPluginsList()) {
    const block = (plugin.pjson as { dpone?: unknown }).dpone;
    if (block === undefined || plugin.root === config.root) continue;
    if (!found.has(plugin.name))
      found.set(plugin.name, {
        name: plugin.name,
        version: plugin.version,
        root: plugin.root,
        type: plugin.type,
        block,
      });
  }
  return [...found.values()];
}

/** What the engine itself provides (connections from the environment, the local executor), found by its own `dpone` block. */
function enginePlugin(): FoundPlugin {
  const path = createRequire(import.meta.url).resolve('@dpone/engine/package.json');
  const { name, version, dpone } = JSON.parse(readFileSync(path, 'utf8')) as {
    name: string;
    version: string;
    dpone: unknown;
  };
  return { name, version, root: dirname(path), type: 'core', block: dpone };
}
