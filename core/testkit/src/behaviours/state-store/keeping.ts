import type { Json } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { CASE_TIME, inCase } from '../../context.js';
import { expectError } from '../../expect-error.js';
import type { StateStoreScenario } from '../../scenario.js';
import { describedOptions, validDefinition } from '../valid-definition.js';
import { openStore, withStores } from './use-store.js';

export const storeDefinition: Behaviour<StateStoreScenario> = {
  id: 'state-store.definition',
  title: 'the definition is whole',
  run: async ({ definition }) => {
    validDefinition(definition, 'stateStore');
    describedOptions(definition.options, 'options');
    if (definition.connection !== null) describedOptions(definition.connection, 'connection');
    await Promise.resolve();
  },
};

/** What is easily bent on its way: NULL, texts with quotes and escapes, large integers as text, the order of a list. */
const STATES: readonly Json[] = [
  { at: 'O\'Brien \\ "1"', n: [1, null, true, 0.1], big: '9223372036854775807', text: 'Zürich \u{1F600}' },
  'plain',
  [3, 1, 2],
];

export const keepsWhatItIsGiven: Behaviour<StateStoreScenario> = {
  id: 'state-store.keeps',
  title: 'what one process puts, another gets and lists, and what is deleted is gone',
  run: (scenario) =>
    withStores(scenario, 2, async ([writer, reader]) => {
      if ((await reader!.get('orders')) !== null) throw new Error('An empty store gives a record.');
      if ((await reader!.list()).length > 0) throw new Error('An empty store lists records.');
      const keys = ['orders', 'orders/chunk/1', "weird key/%$@.'"];
      for (const [i, key] of keys.entries()) await writer!.put({ key, state: STATES[i]!, loadId: `L${i}` }, null);
      for (const [i, key] of keys.entries()) {
        const record = await reader!.get(key);
        const said = JSON.stringify([record?.key, record?.state, record?.loadId]);
        const right = JSON.stringify([key, STATES[i], `L${i}`]);
        if (sorted(said) !== sorted(right)) throw new Error(`get gives ${said}, ${right} was put.`);
        if (Date.parse(record!.updatedAt) !== CASE_TIME.getTime())
          throw new Error(`updatedAt is ${record!.updatedAt}, the clock says ${CASE_TIME.toISOString()}.`);
      }
      const listed = (await reader!.list()).map((r) => r.key).join('|');
      if (listed !== keys.toSorted().join('|')) throw new Error(`list gives ${listed}.`);
      const some = (await reader!.list('orders/')).map((r) => r.key).join('|');
      if (some !== 'orders/chunk/1') throw new Error(`list by a prefix gives ${some}.`);
      await writer!.put({ key: 'orders', state: STATES[1]!, loadId: 'L9' }, 'L0');
      const after = await reader!.get('orders');
      if (after?.loadId !== 'L9' || after.state !== STATES[1])
        throw new Error(`After a second put get gives ${JSON.stringify(after)}.`);
      await writer!.delete('orders');
      await writer!.delete('never was');
      if ((await reader!.get('orders')) !== null) throw new Error('A deleted record is still there.');
    }),
};

/** The order of keys is the store's own affair. */
const sorted = (json: string): string =>
  JSON.stringify(JSON.parse(json), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

export const storeUnreachable: Behaviour<StateStoreScenario> = {
  id: 'state-store.unreachable',
  title: 'a store that cannot be reached is one clear error',
  applies: (scenario) => scenario.unreachable !== undefined,
  run: (scenario) =>
    inCase({}, async (c) => {
      const store = await openStore(scenario, await scenario.unreachable!(c), c);
      try {
        await expectError(() => store.get('orders'));
      } finally {
        await store.close();
      }
    }),
};
