import { defineStateStore, fail, type StateRecord, type StateStore } from '@dpone/sdk';
import type { StateStoreScenario } from '@dpone/testkit';
import { z } from 'zod';

const options = z.strictObject({ shelf: z.string().min(1).describe('Which of the records are meant.') });

const shelves = new Map<string, Map<string, StateRecord>>();

/** A store in this process: small, and right. */
export const memoryStore = defineStateStore<null, z.output<typeof options>>({
  summary: 'State in the memory of this process',
  connection: null,
  options,
  create: (ctx): StateStore => {
    const { shelf } = ctx.options;
    const records = shelves.get(shelf) ?? new Map<string, StateRecord>();
    shelves.set(shelf, records);
    return {
      get: async (key) => records.get(key) ?? null,
      list: async (prefix = '') =>
        [...records.values()].filter(({ key }) => key.startsWith(prefix)).toSorted((a, b) => (a.key < b.key ? -1 : 1)),
      put: async (record, expected) => {
        if ((records.get(record.key)?.loadId ?? null) !== expected) throw fail('DPONE_FENCED', 'another one wrote');
        records.set(record.key, { ...record, updatedAt: ctx.clock.now().toISOString() });
      },
      delete: async (key) => void records.delete(key),
      close: async () => {},
    };
  },
});

let places = 0;

export const storeScenario: StateStoreScenario = {
  kind: 'stateStore',
  id: 'memory',
  definition: memoryStore,
  place: () => ({ options: { shelf: String(++places) } }),
};
