import { formatOfName } from './formats.js';
import type { Layout } from './layout.js';
import type { Store, StoredObject } from './store.js';

export interface TargetObject extends StoredObject {
  /** Its key behind the target's prefix. */
  readonly name: string;
}

/** The target's data objects in the order of keys: the one object, or those of its format directly below its prefix. */
export async function targetObjects(store: Store, layout: Layout, signal: AbortSignal): Promise<TargetObject[]> {
  const { target, single, lane } = layout;
  const found: TargetObject[] = [];
  for await (const one of store.list(target, signal, { delimited: true })) {
    const name = single ? one.key.slice(one.key.lastIndexOf('/') + 1) : one.key.slice(target.length);
    const ours = single ? one.key === target : name !== '' && !/^[._]/.test(name) && formatOfName(name).lane === lane;
    if (ours) found.push({ ...one, name });
    // The key itself comes before those that only begin like it.
    if (single) break;
  }
  return found;
}
