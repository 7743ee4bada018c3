import { fail, isDponeError, nearest, type DponeError, type ExtensionKind } from '@dpone/sdk';
import type { Definitions } from '@dpone/engine';
import { loadPlugin, type LoadedPlugin } from './load-plugin.js';
import { declaredPlugin, type DeclaredPlugin, type FoundPlugin } from './plugin-block.js';

/** What is installed, by `kind:id`, known from package.json files alone; a plugin's code is imported when first needed. */
export class Registry {
  readonly #owners = new Map<string, DeclaredPlugin>();
  /** Why the plugin that would provide an id is not taken. */
  readonly #leftOut = new Map<string, DponeError>();
  readonly #loaded = new Map<string, Promise<LoadedPlugin>>();
  /** Why a plugin, or an id of it, was left out. */
  readonly problems: readonly DponeError[];
  readonly plugins: readonly DeclaredPlugin[];

  constructor(found: readonly FoundPlugin[]) {
    const problems: DponeError[] = [];
    const plugins: DeclaredPlugin[] = [];
    const ambiguous = new Map<string, string[]>();
    for (const candidate of [...found].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const declared = declaredPlugin(candidate);
      if (isDponeError(declared)) {
        problems.push(declared);
        for (const key of providesOf(candidate)) this.#leftOut.set(key, declared);
        continue;
      }
      plugins.push(declared);
      for (const key of declared.provides) {
        const owner = this.#owners.get(key);
        if (owner === undefined) this.#owners.set(key, declared);
        else ambiguous.set(key, [...(ambiguous.get(key) ?? [owner.name]), declared.name]);
      }
    }
    for (const [key, owners] of ambiguous) {
      this.#owners.delete(key);
      problems.push(duplicate(key, owners));
    }
    this.#duplicates = ambiguous;
    this.problems = problems;
    this.plugins = plugins;
  }

  readonly #duplicates: ReadonlyMap<string, readonly string[]>;

  ids(kind: ExtensionKind): readonly string[] {
    const prefix = `${kind}:`;
    return [...this.#owners.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))
      .sort();
  }

  /** The plugin that provides an id, if one does. */
  owner(kind: ExtensionKind, id: string): DeclaredPlugin | undefined {
    return this.#owners.get(`${kind}:${id}`);
  }

  async definition<K extends ExtensionKind>(kind: K, id: string): Promise<Definitions[K]> {
    const key = `${kind}:${id}`;
    const owners = this.#duplicates.get(key);
    if (owners !== undefined) throw duplicate(key, owners);
    const owner = this.#owners.get(key);
    if (owner === undefined) throw this.#leftOut.get(key) ?? this.#unknown(kind, id);
    let loading = this.#loaded.get(owner.name);
    if (loading === undefined) this.#loaded.set(owner.name, (loading = loadPlugin(owner)));
    return (await loading).definitions.get(key) as Definitions[K];
  }

  #unknown(kind: ExtensionKind, id: string): DponeError {
    const ids = this.ids(kind);
    const similar = nearest(id, ids);
    const meant = similar === undefined ? '' : ` Did you mean ${similar}?`;
    const word = KIND_WORDS[kind];
    return fail(
      'DPONE_TYPE_UNKNOWN',
      `no installed plugin provides the ${word} "${id}".${meant} Installed: ${ids.join(', ') || 'none'}`,
      {
        remedy: `${similar === undefined ? '' : `Write ${similar}, or install it: `}dpone plugins install ${packageOf(kind, id)}`,
      },
    );
  }
}

/** What a plugin that is left out says that it provides, as far as it can be read. */
function providesOf({ block }: FoundPlugin): readonly string[] {
  const { provides } = (block ?? {}) as { provides?: unknown };
  return Array.isArray(provides) ? provides.filter((key) => typeof key === 'string') : [];
}

const KIND_WORDS: Readonly<Record<ExtensionKind, string>> = {
  source: 'source',
  sink: 'sink',
  strategy: 'strategy',
  gate: 'gate',
  codec: 'codec',
  stateStore: 'state store',
  secrets: 'connection_type',
  executor: 'executor',
  observer: 'observer',
};

/** Where the naming standard puts a type: its package's name. */
function packageOf(kind: ExtensionKind, id: string): string {
  if (kind === 'source' || kind === 'sink' || kind === 'codec') return `@dpone/connector-${id}`;
  if (kind === 'strategy') return '@dpone/strategies';
  if (kind === 'observer') return '@dpone/observability';
  if (kind === 'gate') return `@dpone/ops-${id}`;
  return `@dpone/${kind === 'stateStore' ? 'state' : kind}-${id}`;
}

const duplicate = (key: string, owners: readonly string[]): DponeError =>
  fail('DPONE_PLUGIN_DUPLICATE', `${key} is provided by ${owners.join(' and ')}`, {
    remedy: `Keep one: dpone plugins uninstall ${owners.at(-1)}`,
  });
