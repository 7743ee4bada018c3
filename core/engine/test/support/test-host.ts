import { fail, type ExtensionKind, type Plugin } from '@dpone/sdk';
import type { Definitions, EngineHost, Scope } from '@dpone/engine';

export interface TestHost extends EngineHost {
  readonly warnings: string[];
}

/** An engine host without containers: what the CLI gives, in twenty lines. */
export async function testHost(
  workdir: string,
  plugins: readonly Plugin[],
  env: EngineHost['env'] = {},
): Promise<TestHost> {
  const found = new Map<string, unknown>();
  const add = (kind: ExtensionKind) => (id: string, definition: unknown) => void found.set(`${kind}:${id}`, definition);
  // As the host does: by the file that the package's `dpone` block names.
  const builtins = (await import(new URL('../../dist/builtins/index.js', import.meta.url).href)) as { default: Plugin };
  for (const plugin of [builtins.default, ...plugins])
    await plugin.register({
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
    });
  const warnings: string[] = [];
  const none = (): void => undefined;
  return {
    env,
    workdir,
    warnings,
    clock: { now: () => new Date() },
    log: {
      debug: none,
      info: none,
      warn: (message) => void warnings.push(message),
      error: (message) => void warnings.push(message),
    },
    limits: { memoryBytes: 256 * 1024 * 1024, threads: 2 },
    ids: (kind) =>
      [...found.keys()]
        .filter((key) => key.startsWith(`${kind}:`))
        .map((key) => key.slice(kind.length + 1))
        .toSorted(),
    definition: <K extends ExtensionKind>(kind: K, id: string): Promise<Definitions[K]> => {
      const definition = found.get(`${kind}:${id}`);
      if (definition === undefined) return Promise.reject(fail('DPONE_TYPE_UNKNOWN', `no ${kind} ${id} is installed`));
      return Promise.resolve(definition as Definitions[K]);
    },
    openScope: () => openScope(),
  };
}

function openScope(parent?: Map<string, Promise<unknown>>): Scope {
  const made = new Map<string, Promise<{ close(): Promise<void> }>>();
  return {
    use<T extends { close(): Promise<void> }>(key: string, make: () => T | Promise<T>): Promise<T> {
      const known = made.get(key) ?? parent?.get(key);
      if (known !== undefined) return known as Promise<T>;
      const object = Promise.resolve().then(make);
      made.set(key, object);
      return object;
    },
    child: () => openScope(made),
    dispose: async () => {
      for (const object of [...made.values()].toReversed()) await object.then((o) => o.close()).catch(() => undefined);
      made.clear();
    },
  };
}
