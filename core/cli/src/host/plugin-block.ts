import { isAbsolute, relative, resolve } from 'node:path';
import { API_VERSION, EXTENSION_KINDS, fail, type DponeError, type PluginBlock } from '@dpone/sdk';

const PROVIDES = new RegExp(`^(${EXTENSION_KINDS.join('|')}):[a-z][a-z0-9_-]*$`);

/** A plugin as oclif found it, less what the host does not use. */
export interface FoundPlugin {
  readonly name: string;
  readonly version: string;
  readonly root: string;
  /** core (bundled), user (installed), link, dev, project (the project's own dependency). */
  readonly type: string;
  readonly block: unknown;
}

/** A plugin whose `dpone` block is right, not yet imported. */
export interface DeclaredPlugin {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly root: string;
  /** Absolute path of the module to import. */
  readonly entry: string;
  readonly provides: readonly string[];
}

/** Reads a `dpone` block field by field; the error says which field, what was expected and what is there. */
export function declaredPlugin(found: FoundPlugin): DeclaredPlugin | DponeError {
  const invalid = (field: string, expected: string, received: unknown): DponeError =>
    fail('DPONE_PLUGIN_INVALID', `plugin ${found.name}: ${field}: expected ${expected}, received ${shown(received)}`, {
      where: `${found.root}/package.json`,
    });
  const block = found.block as Partial<Record<keyof PluginBlock, unknown>> | null;
  if (typeof block !== 'object' || block === null || Array.isArray(block)) return invalid('dpone', 'an object', block);
  if (block.apiVersion !== API_VERSION) return incompatible(found, block.apiVersion);
  if (typeof block.extensions !== 'string') return invalid('dpone.extensions', 'a path', block.extensions);
  const entry = resolve(found.root, block.extensions);
  const inside = relative(found.root, entry);
  if (inside.startsWith('..') || isAbsolute(inside))
    return invalid('dpone.extensions', 'a path inside the package', block.extensions);
  if (!Array.isArray(block.provides)) return invalid('dpone.provides', 'a list', block.provides);
  for (const [i, key] of block.provides.entries())
    if (typeof key !== 'string' || !PROVIDES.test(key))
      return invalid(`dpone.provides[${i}]`, `kind:id with a kind of ${EXTENSION_KINDS.join(', ')}`, key);
  return {
    name: found.name,
    version: found.version,
    type: found.type,
    root: found.root,
    entry,
    provides: block.provides as string[],
  };
}

function incompatible(found: FoundPlugin, received: unknown): DponeError {
  const older = typeof received === 'number' && received < API_VERSION;
  return fail(
    'DPONE_PLUGIN_INCOMPATIBLE',
    `plugin ${found.name} ${found.version} is written for plugin contract ${shown(received)}; this dpone has ${API_VERSION}`,
    {
      where: `${found.root}/package.json`,
      remedy: older
        ? `Update it: dpone plugins install ${found.name}@latest`
        : `Update dpone, or install a version of ${found.name} for contract ${API_VERSION}.`,
    },
  );
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value));
