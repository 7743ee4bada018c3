import type { Interfaces } from '@oclif/core';
import type { InstalledPlugin } from '@dpone/sdk';
import type { Registry } from '../host/registry.js';

/** The plugins that the registry took, with what their package.json says for people. */
export function installedPlugins(config: Interfaces.Config, registry: Registry): InstalledPlugin[] {
  const found = new Map(config.getPluginsList().map((plugin) => [plugin.name, plugin]));
  return registry.plugins.map(({ name, version, provides }) => {
    const { description, homepage } = (found.get(name)?.pjson ?? {}) as { description?: string; homepage?: string };
    return { name, version, provides, description: description ?? '', homepage: homepage ?? null };
  });
}
