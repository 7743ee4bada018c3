import { fail } from '@dpone/sdk';
import { all, type Limit } from './limit.js';
import { uriOf } from './location.js';
import type { Store, StoredObject } from './store.js';

/** So many are asked for one by one; more of them are listed anew. */
const FEW = 100;

/** Throws DPONE_SOURCE_CHANGED where an object is not as it was when the read was opened. */
export async function assertUnchanged(
  objects: readonly StoredObject[],
  by: {
    readonly stores: ReadonlyMap<string, Store>;
    readonly limit: Limit;
    readonly signal: AbortSignal;
    readonly list: () => Promise<readonly StoredObject[]>;
  },
): Promise<void> {
  const now = new Map<string, string | undefined>();
  if (objects.length <= FEW) {
    const look = (one: StoredObject): Promise<void> =>
      by.limit(async () => void now.set(uriOf(one), (await by.stores.get(one.bucket)!.head(one.key, by.signal))?.etag));
    await all(objects.map(look));
  } else for (const one of await by.list()) now.set(uriOf(one), one.etag);
  const changes = objects.flatMap((one) => {
    const etag = now.get(uriOf(one));
    return etag === one.etag ? [] : [`${uriOf(one)} was ${etag === undefined ? 'removed' : 'replaced'}`];
  });
  if (changes.length === 0) return;
  const more = changes.length > 3 ? ` and ${changes.length - 3} more` : '';
  throw fail('DPONE_SOURCE_CHANGED', `while they were read, ${changes.slice(0, 3).join('; ')}${more}`, {
    where: 'source.options.path',
    remedy: 'Run again when the objects are complete, or read a versioned bucket with versions: true.',
  });
}
