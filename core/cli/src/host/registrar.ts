import { API_VERSION, fail, type ExtensionKind, type PluginHost } from '@dpone/sdk';
import type { DeclaredPlugin } from './plugin-block.js';
import { validateDefinition } from './validate-definition.js';

/** The object that one plugin registers with; what it hands over is checked field by field and kept under `kind:id`. */
export function registrar(plugin: DeclaredPlugin): { host: PluginHost; definitions: Map<string, unknown> } {
  const definitions = new Map<string, unknown>();
  const add =
    (kind: ExtensionKind) =>
    (id: string, definition: unknown): void => {
      const key = `${kind}:${id}`;
      if (!plugin.provides.includes(key))
        throw fail(
          'DPONE_PLUGIN_INVALID',
          `plugin ${plugin.name} registers ${key}, which its dpone.provides does not list`,
          {
            where: `${plugin.root}/package.json`,
          },
        );
      if (definitions.has(key))
        throw fail('DPONE_PLUGIN_INVALID', `plugin ${plugin.name} registers ${key} twice`, { where: plugin.entry });
      validateDefinition(plugin.name, kind, id, definition);
      definitions.set(key, definition);
    };
  const host: PluginHost = {
    apiVersion: API_VERSION,
    source: add('source'),
    sink: add('sink'),
    strategy: add('strategy'),
    gate: add('gate'),
    codec: add('codec'),
    stateStore: add('stateStore'),
    secrets: add('secrets'),
    executor: add('executor'),
    observer: add('observer'),
  };
  return { host, definitions };
}
