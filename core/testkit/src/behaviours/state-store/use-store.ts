import type { StateStore } from '@dpone/sdk';
import { inCase, type Case } from '../../context.js';
import type { Place, StateStoreScenario } from '../../scenario.js';
import { parsed } from '../valid-definition.js';

/** Opens the store at a place, as one process of the host does. */
export async function openStore(
  { definition }: StateStoreScenario,
  place: Pick<Place, 'connection' | 'options'>,
  c: Case,
): Promise<StateStore> {
  const given = typeof place.connection === 'string' ? { uri: place.connection } : place.connection;
  return definition.create({
    ...c.ctx,
    connection: definition.connection === null ? null : parsed(definition.connection, given, 'connection'),
    options: parsed(definition.options, place.options ?? {}, 'options'),
  });
}

/** Runs a case on several openings of one store, and closes them. */
export const withStores = (
  scenario: StateStoreScenario,
  count: number,
  run: (stores: readonly StateStore[]) => Promise<void>,
): Promise<void> =>
  inCase({}, async (c) => {
    const place = await scenario.place(c);
    const stores: StateStore[] = [];
    try {
      for (let i = 0; i < count; i++) stores.push(await openStore(scenario, place, c));
      await run(stores);
    } finally {
      for (const store of stores) await store.close();
    }
  });
