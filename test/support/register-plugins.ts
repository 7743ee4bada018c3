import type { ExtensionKind, Plugin } from '@dpone/sdk';

/** Definitions by `kind:id`, as the plugins register them. */
export async function registerPlugins(plugins: readonly Plugin[]): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  const add = (kind: ExtensionKind) => (id: string, definition: unknown) => void found.set(`${kind}:${id}`, definition);
  const host = {
    apiVersion: 1,
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
  for (const plugin of plugins) await plugin.register(host);
  return found;
}
