import { isDponeError, type StateStore } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { expectError } from '../../expect-error.js';
import type { StateStoreScenario } from '../../scenario.js';
import { withStores } from './use-store.js';

const put = (store: StateStore, loadId: string, expected: string | null): Promise<void> =>
  store.put({ key: 'orders', state: { by: loadId }, loadId }, expected);

async function expectOwner(store: StateStore, loadId: string | null, when: string): Promise<void> {
  const stored = await store.get('orders');
  if ((stored?.loadId ?? null) !== loadId)
    throw new Error(`${when} the record is of ${stored?.loadId ?? 'nobody'}, it should be of ${loadId ?? 'nobody'}.`);
}

export const pausedWriterLoses: Behaviour<StateStoreScenario> = {
  id: 'state-store.paused-writer-loses',
  title: 'a writer that was paused since it read changes nothing, however many wrote meanwhile',
  run: (scenario) =>
    withStores(scenario, 2, async ([old, young]) => {
      await put(young!, 'L1', null);
      await expectError(() => put(old!, 'late', null), ['DPONE_FENCED']);
      await expectOwner(old!, 'L1', 'After a first put that came second');
      for (let i = 2; i <= 20; i++) {
        await put(young!, `L${i}`, `L${i - 1}`);
        await expectError(() => put(old!, 'late', 'L1'), ['DPONE_FENCED']);
        await expectError(() => put(old!, 'late', null), ['DPONE_FENCED']);
        await expectOwner(old!, `L${i}`, 'After a paused writer');
      }
    }),
};

export const deletedIsFenced: Behaviour<StateStoreScenario> = {
  id: 'state-store.deleted-is-fenced',
  title: 'a writer that read a record before it was deleted does not bring it back',
  run: (scenario) =>
    withStores(scenario, 2, async ([old, young]) => {
      await put(young!, 'L1', null);
      await young!.delete('orders');
      await expectError(() => put(old!, 'late', 'L1'), ['DPONE_FENCED']);
      await expectOwner(old!, null, 'After a deleted record');
      await put(young!, 'L2', null);
      await expectOwner(old!, 'L2', 'After a new first put');
    }),
};

const WRITERS = 4;
const ROUNDS = 10;

export const oneWriterWins: Behaviour<StateStoreScenario> = {
  id: 'state-store.one-writer-wins',
  title: 'of writers that write from one and the same record at once one wins, and the others are told',
  run: (scenario) =>
    withStores(scenario, WRITERS, async (stores) => {
      let before: string | null = null;
      for (let round = 0; round < ROUNDS; round++) before = await race(stores, round, before);
    }),
};

/** The load id of the one that won. */
async function race(stores: readonly StateStore[], round: number, before: string | null): Promise<string> {
  const outcomes = await Promise.allSettled(stores.map((store, i) => put(store, `R${round}-W${i}`, before)));
  const winners = outcomes.flatMap((o, i) => (o.status === 'fulfilled' ? [`R${round}-W${i}`] : []));
  const odd = outcomes.find((o) => o.status === 'rejected' && !isFenced(o.reason));
  if (odd?.status === 'rejected') throw new Error('A loser was told something else.', { cause: odd.reason });
  if (winners.length !== 1) throw new Error(`${winners.length} of ${WRITERS} writers won a round.`);
  await expectOwner(stores[0]!, winners[0]!, 'After a race');
  return winners[0]!;
}

const isFenced = (error: unknown): boolean => isDponeError(error) && error.code === 'DPONE_FENCED';
