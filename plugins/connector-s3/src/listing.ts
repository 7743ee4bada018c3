import { fail } from '@dpone/sdk';
import picomatch from 'picomatch';
import { doing } from './errors.js';
import { formatOfName, KNOWN_ENDINGS } from './formats.js';
import { uriOf, type Location } from './location.js';
import type { Store, StoredObject } from './store.js';

export interface ListingOptions {
  readonly versions: boolean;
  readonly signal: AbortSignal;
  /** Keys up to this one are left out. */
  readonly after?: string | undefined;
}

/** What dpone and others keep beside data: markers such as `_SUCCESS`, the sink's own `_dpone/`, hidden names. */
const isData = (relative: string): boolean =>
  relative !== '' && !relative.endsWith('/') && !relative.split('/').some((part) => /^[._]/.test(part));

/** The objects that a path names, in the order of their keys; none where `after` leaves none. */
export async function listObjects(store: Store, at: Location, options: ListingOptions): Promise<StoredObject[]> {
  const { key } = at;
  const base = key.endsWith('/') || key === '' ? key : baseOf(key);
  const found = await doing(`listing ${uriOf(at)}`, uriOf(at), 'DPONE_SOURCE_READ', () =>
    collect(store, base, options),
  );
  const exact = found.filter((one) => one.key === key);
  if (exact.length > 0 && !key.endsWith('/')) return exact;
  if (isPattern(key)) {
    const fits = picomatch(key, { dot: false });
    return known(
      found.filter((one) => isData(one.key.slice(base.length)) && fits(one.key)),
      at,
      options,
      true,
    );
  }
  const folder = key === '' || key.endsWith('/') ? key : `${key}/`;
  const below = found.filter(
    (one) =>
      one.key.startsWith(folder) && isData(one.key.slice(folder.length)) && formatOfName(one.key).lane !== undefined,
  );
  return known(below, at, options, false);
}

const isPattern = (key: string): boolean => picomatch.scan(key).isGlob;

/** What every key that can fit has in front: a listing need not see more. */
function baseOf(key: string): string {
  const { isGlob, base } = picomatch.scan(key);
  if (!isGlob) return key;
  return base === '' ? '' : `${base}/`;
}

/** Stores order keys by their UTF-8 bytes. */
const comesAfter = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;

async function collect(
  store: Store,
  prefix: string,
  { versions, signal, after }: ListingOptions,
): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  if (versions) {
    for await (const one of store.versions(prefix, 'current', signal))
      if (after === undefined || comesAfter(one.key, after)) found.push(one);
  } else for await (const one of store.list(prefix, signal, { startAfter: after })) found.push(one);
  return found;
}

function known(found: StoredObject[], at: Location, { after }: ListingOptions, pattern: boolean): StoredObject[] {
  if (found.length > 0 || after !== undefined) return found;
  const uri = uriOf(at);
  throw fail(
    'DPONE_SOURCE_NOT_FOUND',
    pattern ? `no object fits the pattern ${uri}` : `there is no object ${uri}, and no data object below it`,
    {
      where: 'source.options.path',
      remedy: pattern
        ? 'Check the pattern: * is any text within a part of a key, ** any parts. Names with . or _ in front are left out.'
        : `Check bucket and key. Of a prefix these endings are read: ${KNOWN_ENDINGS}. For others name a pattern, and the format.`,
    },
  );
}
