import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { postgresStateStore } from '@dpone/connector-postgres';
import { API_VERSION, type StateStore, type StateStoreDefinition } from '@dpone/sdk';

/** Where a store is, for any process. */
export type StorePlace =
  | { readonly type: 'file'; readonly workdir: string }
  | { readonly type: 'postgres'; readonly uri: string };

/** The built-in one, as the host finds it: by the package's own file. */
export async function fileStateStore(): Promise<StateStoreDefinition> {
  const path = fileURLToPath(new URL('../../../core/engine/dist/builtins/state-store-file.js', import.meta.url));
  return ((await import(path)) as { stateStoreFile: StateStoreDefinition }).stateStoreFile;
}

/** Opens a store without a host. */
export async function openStateStore(place: StorePlace): Promise<StateStore> {
  const none = (): void => undefined;
  const ctx = {
    apiVersion: API_VERSION,
    log: { debug: none, info: none, warn: none, error: none },
    signal: new AbortController().signal,
    clock: { now: () => new Date() },
    workdir: place.type === 'file' ? place.workdir : tmpdir(),
    tempDir: () => Promise.resolve(join(tmpdir(), 'dpone-none')),
    limits: { memoryBytes: 1 << 28, threads: 1 },
    codecs: { for: () => Promise.reject(new Error('a store needs no codec')) },
  };
  if (place.type === 'file') {
    const definition = await fileStateStore();
    return definition.create({ ...ctx, connection: null, options: definition.options.parse({}) });
  }
  return postgresStateStore.create({
    ...ctx,
    connection: postgresStateStore.connection!.parse({ uri: place.uri }),
    options: postgresStateStore.options.parse({}),
  });
}
