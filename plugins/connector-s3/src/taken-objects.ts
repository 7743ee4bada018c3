import { fail, type Json, type ReadRequest } from '@dpone/sdk';
import { uriOf } from './location.js';
import type { SourceOptions } from './options.js';
import type { StoredObject } from './store.js';

/** The state of the cursor `new_files`: what was taken, by name; bytes and ETag. */
interface TakenState {
  readonly objects: Readonly<Record<string, readonly [size: number, etag: string]>>;
}
/** Its state where keys ascend: the last key taken of each path. */
interface LastState {
  readonly after: Readonly<Record<string, string>>;
}

export interface NewObjects {
  readonly objects: readonly StoredObject[];
  /** What is taken once these are. */
  readonly state: Json;
}

/**
 * The objects that no committed load has taken. Times are not asked: an object that was uploaded in parts appears with
 * the time at which its upload began, so that one which comes later can be older. An object is known by its key; one
 * with another size or ETag has changed: its rows cannot be told from those taken already, so it is read again whole
 * where rows are matched by key, and stops the load where they are only added. One that is gone stays known, so that it
 * is not taken again when it comes back.
 */
export function newObjects(
  listed: readonly StoredObject[],
  request: Pick<ReadRequest, 'state' | 'mayRepeat'>,
  policy: SourceOptions['changed_files'],
): NewObjects {
  const taken = takenOf(request.state);
  const objects = listed.filter((one) => {
    const [size, etag] = Object.hasOwn(taken, uriOf(one)) ? taken[uriOf(one)]! : [];
    return size !== one.size || etag !== one.etag;
  });
  const changed = objects.filter((one) => Object.hasOwn(taken, uriOf(one)));
  const rereads = policy === 'reread' || (policy === 'auto' && request.mayRepeat === true);
  if (changed.length > 0 && !rereads) throw changedError(changed, policy);
  const state: TakenState = {
    objects: { ...taken, ...Object.fromEntries(objects.map((one) => [uriOf(one), [one.size, one.etag] as const])) },
  };
  return { objects, state: state as unknown as Json };
}

const BEGIN_ANEW = { remedy: 'Begin anew: dpone state reset <manifest> --yes.' };

function takenOf(state: Json): TakenState['objects'] {
  if (state === null) return {};
  const { objects } = state as unknown as Partial<TakenState>;
  if (typeof objects === 'object' && objects !== null) return objects;
  throw fail('DPONE_INPUT_INVALID', 'the stored state is no list of taken objects', BEGIN_ANEW);
}

/** The last key taken of a path; undefined before the first load. */
export function lastKey(state: Json, path: string): string | undefined {
  if (state === null) return undefined;
  const { after } = state as unknown as Partial<LastState>;
  if (typeof after === 'object' && after !== null) return after[path];
  throw fail(
    'DPONE_INPUT_INVALID',
    'the stored state holds no last keys: it was written without keys_ascend',
    BEGIN_ANEW,
  );
}

/** The state where keys ascend; `listed` is what each path has behind its last key. */
export function lastKeys(state: Json, listed: ReadonlyMap<string, readonly StoredObject[]>): Json {
  const after = { ...(state as unknown as LastState | null)?.after };
  for (const [path, objects] of listed) {
    const last = objects.at(-1)?.key;
    if (last !== undefined) after[path] = last;
  }
  return { after };
}

function changedError(changed: readonly StoredObject[], policy: SourceOptions['changed_files']): Error {
  const names = changed.slice(0, 3).map(uriOf);
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : '';
  const why = policy === 'fail' ? 'changed_files is fail' : 'this load adds rows and cannot tell those that it has';
  return fail('DPONE_SOURCE_READ', `taken before and changed since: ${names.join(', ')}${more}; ${why}`, {
    where: 'source.options.changed_files',
    remedy:
      'Put what is new into a new object; or load with incremental_merge, which matches rows by key; or set changed_files: reread, which adds the rows of the changed object once more.',
  });
}
