import { setTimeout as pause } from 'node:timers/promises';
import type { Json, StateStore, StateStoreDefinition } from '@dpone/sdk';
import { conformance, STATE_STORE_BEHAVIOURS, type StateStoreScenario } from '@dpone/testkit';
import { storeScenario as whole } from '../systems/memory-store.js';
import { catches } from './catches.js';

const define = (change: Partial<StateStoreDefinition>): StateStoreScenario => ({
  ...whole,
  definition: { ...whole.definition, ...change },
});

const store = (change: (given: StateStore) => Partial<StateStore>): StateStoreScenario =>
  define({
    create: async (ctx) => {
      const given = await whole.definition.create({ ...ctx, connection: null });
      return { ...given, ...change(given) };
    },
  });

/** Writes over whatever is there. */
const overwrite = async (given: StateStore, record: Parameters<StateStore['put']>[0]): Promise<void> =>
  given.put(record, (await given.get(record.key))?.loadId ?? null);

describe('a state store that is whole', () => {
  for (const c of conformance(whole)) it(c.name, c.run);
});

describe('state store behaviours catch broken stores', () => {
  catches<StateStoreScenario>(STATE_STORE_BEHAVIOURS, [
    {
      behaviour: 'state-store.definition',
      how: 'says nothing of itself',
      scenario: define({ summary: '' }),
      says: /summary/,
    },
    {
      behaviour: 'state-store.keeps',
      how: 'turns NULL into nothing',
      scenario: store((given) => ({
        put: (record, expected) =>
          given.put(
            { ...record, state: JSON.parse(JSON.stringify(record.state).replace('null', '0')) as Json },
            expected,
          ),
      })),
      says: /was put/,
    },
    {
      behaviour: 'state-store.paused-writer-loses',
      how: 'does not compare',
      scenario: store((given) => ({ put: (record) => overwrite(given, record) })),
      says: /nothing was thrown/,
    },
    {
      behaviour: 'state-store.deleted-is-fenced',
      how: 'takes a writer whose record is gone for a first one',
      scenario: store((given) => ({
        put: async (record, expected) => given.put(record, (await given.get(record.key)) === null ? null : expected),
      })),
      says: /nothing was thrown/,
    },
    {
      behaviour: 'state-store.one-writer-wins',
      how: 'compares and writes in two steps',
      scenario: store((given) => ({
        put: async (record, expected) => {
          const stored = await given.get(record.key);
          await pause(5);
          await given.put(
            record,
            stored?.loadId === expected ? ((await given.get(record.key))?.loadId ?? null) : expected,
          );
        },
      })),
      says: /of 4 writers won/,
    },
    {
      behaviour: 'state-store.unreachable',
      how: 'crashes',
      scenario: {
        ...store(() => ({ get: () => Promise.reject(new Error('ECONNREFUSED')) })),
        unreachable: () => ({ options: { shelf: 'nowhere' } }),
      },
      says: /something else was thrown/,
    },
  ]);
});
