import { fail, type Sink, type StateStore } from '@dpone/sdk';
import type { OpenProcess } from '../plan/open-process.js';
import { openStore } from '../plan/state-access.js';
import { whereOf } from '../plan/where.js';

/** Where a ledger is kept: where the process keeps its state. */
export interface LedgerStore extends Pick<StateStore, 'get' | 'list' | 'put' | 'delete'> {
  /** `target`, or the store's id. */
  readonly backend: string;
}

export async function ledgerStore(open: OpenProcess, sink: Sink): Promise<LedgerStore> {
  const { type } = open.spec.state;
  if (type !== 'target') {
    const store = await openStore(open);
    return {
      backend: type,
      get: (key) => store.get(key),
      list: (prefix) => store.list(prefix),
      put: (record, expected) => store.put(record, expected),
      delete: (key) => store.delete(key),
    };
  }
  if (sink.putState === undefined)
    throw fail('DPONE_CAPABILITY', `a ${open.spec.sink.type} sink cannot keep the ledger of a backfill`, {
      where: whereOf(open.spec, 'state'),
      remedy: 'Name a store: state: {type: file}, or state: {type: postgres, connection_id: ...}.',
    });
  return {
    backend: 'target',
    get: (key) => sink.state(key),
    list: async (prefix = '') => (await sink.states()).filter(({ key }) => key.startsWith(prefix)),
    put: (record, expected) => sink.putState!(record, expected),
    delete: (key) => sink.resetState(key),
  };
}
