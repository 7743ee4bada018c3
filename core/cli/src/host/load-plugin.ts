import { pathToFileURL } from 'node:url';
import { API_VERSION, asDponeError, fail, hasBrand, type Plugin } from '@dpone/sdk';
import type { DeclaredPlugin } from './plugin-block.js';
import { registrar } from './registrar.js';

/** A plugin may take this long to import and register, in milliseconds; what it needs later it loads later. */
const PATIENCE_MS = Number(process.env['DPONE_PLUGIN_TIMEOUT_MS'] ?? 10_000);

export interface LoadedPlugin {
  readonly plugin: DeclaredPlugin;
  /** By `kind:id`; exactly what `provides` lists. */
  readonly definitions: ReadonlyMap<string, unknown>;
}

/** Imports a plugin and lets it register, all or nothing. Whatever it does wrong is one error that names it. */
export function loadPlugin(plugin: DeclaredPlugin): Promise<LoadedPlugin> {
  return withinPatience(plugin, async () => {
    const module = await importEntry(plugin);
    const definition = module.default;
    if (!hasBrand(definition, 'plugin') || typeof (definition as Partial<Plugin>).register !== 'function')
      throw fail(
        'DPONE_PLUGIN_INVALID',
        `plugin ${plugin.name}: expected definePlugin({ register }) as the default export`,
        {
          where: plugin.entry,
        },
      );
    const { host, definitions } = registrar(plugin);
    try {
      await (definition as Plugin).register({ ...host, apiVersion: API_VERSION });
    } catch (error) {
      throw asDponeError(error, 'DPONE_PLUGIN_FAILED', `plugin ${plugin.name} threw while registering`);
    }
    const missing = plugin.provides.filter((key) => !definitions.has(key));
    if (missing.length > 0)
      throw fail(
        'DPONE_PLUGIN_INVALID',
        `plugin ${plugin.name} declares ${missing.join(', ')} in dpone.provides and does not register it`,
        {
          where: plugin.entry,
        },
      );
    return { plugin, definitions };
  });
}

async function importEntry(plugin: DeclaredPlugin): Promise<{ default?: unknown }> {
  try {
    return (await import(pathToFileURL(plugin.entry).href)) as { default?: unknown };
  } catch (error) {
    throw asDponeError(error, 'DPONE_PLUGIN_FAILED', `plugin ${plugin.name} cannot be imported`);
  }
}

async function withinPatience<T>(plugin: DeclaredPlugin, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          fail('DPONE_PLUGIN_FAILED', `plugin ${plugin.name} did not register within ${PATIENCE_MS / 1000} s`, {
            where: plugin.entry,
          }),
        ),
      PATIENCE_MS,
    );
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
