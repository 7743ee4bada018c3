import { isDponeError } from '@dpone/sdk';
import { openStateStore, type StorePlace } from './state-stores.js';

/**
 * A process of its own that counts: it reads the record and puts it back with one more, for ever or `rounds` times, and
 * says each put that was answered. Told that another one was first, it reads again.
 */
const [place, id, rounds] = JSON.parse(process.argv[2]!) as [StorePlace, string, number];
const store = await openStateStore(place);
for (let done = 0; done < rounds;) {
  const stored = await store.get('counter');
  const n = stored === null ? 0 : (stored.state as { n: number }).n;
  try {
    await store.put({ key: 'counter', state: { n: n + 1 }, loadId: `${id}-${n + 1}` }, stored?.loadId ?? null);
    done++;
    process.stdout.write(`${n + 1}\n`);
  } catch (error) {
    if (!isDponeError(error) || error.code !== 'DPONE_FENCED') throw error;
  }
}
await store.close();
