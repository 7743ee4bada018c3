import { fail, type Json, type Sink, type StateRecord, type StateStore } from '@dpone/sdk';
import type { OpenProcess } from './open-process.js';
import { resolveConnection } from './connection.js';
import { parseOptions } from './parse-options.js';
import { stateKey } from './state-key.js';

/** Where a process's state is: in the target, written with the change, or in a store of its own, written after it. */
export interface StateAccess {
  readonly key: string;
  /** True where finalize writes the state in the target's transaction. */
  readonly inTarget: boolean;
  /** `target`, or the store's id. */
  readonly backend: string;
  get(): Promise<StateRecord | null>;
  list(): Promise<readonly StateRecord[]>;
  reset(): Promise<void>;
  /** Writes after a commit; a no-op where finalize did it, or where this load's state is there already. */
  put(record: { readonly state: Json; readonly loadId: string }, before: string | null): Promise<void>;
}

const IN_TARGET = 'target';

export async function stateAccess(open: OpenProcess, sink: Sink): Promise<StateAccess> {
  const { spec } = open;
  const key = stateKey(spec);
  if (spec.state.type === IN_TARGET)
    return {
      key,
      inTarget: true,
      backend: IN_TARGET,
      get: () => sink.state(key),
      list: () => sink.states(),
      reset: () => sink.resetState(key),
      put: () => Promise.resolve(),
    };
  const store = await openStore(open);
  return {
    key,
    inTarget: false,
    backend: spec.state.type,
    get: () => store.get(key),
    list: () => store.list(),
    reset: () => store.delete(key),
    put: async ({ state, loadId }, before) => {
      const stored = await store.get(key);
      if (stored?.loadId === loadId) return;
      if ((stored?.loadId ?? null) !== before)
        throw fail('DPONE_FENCED', `the state of ${key} was changed by load ${stored?.loadId ?? '(none)'} meanwhile`);
      await store.put({ key, state, loadId }, before);
    },
  };
}

/** The store that the manifest names; one for all who ask in this scope. */
export async function openStore(open: OpenProcess): Promise<StateStore> {
  const { spec, host, scope, context } = open;
  const definition = await host.definition('stateStore', spec.state.type);
  const options = await parseOptions(definition.options, spec.state.options, {
    spec,
    at: 'state',
    code: 'DPONE_MANIFEST_INVALID',
    engineKeys: ['type', 'connection', 'connection_type', 'connection_id'],
  });
  const call = { host, scope, context, process: spec, side: 'state', schema: definition.connection } as const;
  const { type, connection: ref = null } = spec.state;
  const connection = await resolveConnection({ ...call, spec: { type, connection: ref } });
  return scope.use('state store', () => definition.create({ ...context, connection, options }));
}
