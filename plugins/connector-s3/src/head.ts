import { randomUUID } from 'node:crypto';
import { fail, stableJson } from '@dpone/sdk';
import { isPrecondition } from './errors.js';
import type { Store } from './store.js';

export interface LockOwner {
  readonly loadId: string;
  readonly host: string;
  readonly pid: number;
}

/** What holds for a target: one small object that is changed under a condition only. */
export interface Head {
  /** Grows with every holder. */
  readonly fence: number;
  readonly owner: LockOwner;
  readonly released: boolean;
  /** The load whose intent is being carried out: from its writing on the load takes effect. */
  readonly intent: string | null;
  /** The newest load whose receipt is there. */
  readonly last: string | null;
}

export interface SeenHead {
  readonly head: Head;
  readonly etag: string;
  readonly versionId: string | undefined;
  /** Since it was written, by the store's own clock. */
  readonly ageMs: number;
}

const headKey = (meta: string): string => `${meta}head.json`;

export async function readHead(store: Store, meta: string, signal?: AbortSignal): Promise<SeenHead | null> {
  const found = await store.read(headKey(meta), signal);
  if (found === null) return null;
  const { etag, versionId, now, modified } = found;
  return { head: parse(found.text, store, meta), etag, versionId, ageMs: Math.max(0, now - modified) };
}

function parse(text: string, store: Store, meta: string): Head {
  try {
    return JSON.parse(text) as Head;
  } catch (error) {
    const where = `s3://${store.bucket}/${headKey(meta)}`;
    throw fail('DPONE_INPUT_INVALID', `${where} is damaged`, {
      where,
      remedy: 'Restore it from a copy. Without it dpone does not know who holds the target.',
      cause: error,
    });
  }
}

/**
 * Writes the head in place of the one that was seen; false where another was faster. A write whose answer was lost and
 * that was sent again finds itself refused: it knows its own text.
 */
export async function replaceHead(store: Store, meta: string, seen: SeenHead | null, head: Head): Promise<boolean> {
  const nonce = randomUUID();
  const text = stableJson({ ...head, nonce });
  try {
    await store.put(headKey(meta), text, seen === null ? { absent: true } : { etag: seen.etag });
  } catch (error) {
    if (!isPrecondition(error)) throw error;
    const now = await store.read(headKey(meta));
    if (now?.text !== text) return false;
  }
  // A versioned bucket would keep every heartbeat; who may not remove versions leaves them.
  if (seen?.versionId !== undefined && seen.versionId !== 'null')
    await store.remove([{ key: headKey(meta), versionId: seen.versionId }]).catch(() => {});
  return true;
}

/** Changes the head while `fence` is the newest. Throws DPONE_FENCED where it is not. */
export async function changeHead(
  store: Store,
  meta: string,
  fence: number,
  label: string,
  change: (head: Head) => Head,
): Promise<void> {
  for (;;) {
    const seen = await readHead(store, meta);
    if (seen === null || seen.head.fence !== fence) throw fenced(label, fence, seen);
    if (await replaceHead(store, meta, seen, change(seen.head))) return;
  }
}

/** Throws DPONE_FENCED where a newer worker than `fence` has held the target. */
export async function assertFence(store: Store, meta: string, fence: number, label: string): Promise<void> {
  const seen = await readHead(store, meta);
  if (seen?.head.fence !== fence) throw fenced(label, fence, seen);
}

const fenced = (label: string, fence: number, seen: SeenHead | null): Error =>
  fail('DPONE_FENCED', `${label} was taken over: fence ${seen?.head.fence ?? 'none'}, this load has ${fence}`);

/** Others that probe the same target at the same moment may each remove the object once between our two writes. */
const PROBES = 5;

/** Whether the store minds conditions; one that takes this write would give the target to two loads at once. */
export async function assertConditions(store: Store, meta: string, label: string): Promise<void> {
  const key = `${meta}probe.json`;
  try {
    for (let i = 0; i < PROBES; i++) {
      await store.put(key, '{}');
      const taken = await store.put(key, '{}', { absent: true }).then(
        () => true,
        (error: unknown) => {
          if (isPrecondition(error)) return false;
          throw error;
        },
      );
      if (!taken) return;
    }
  } finally {
    await store.removeBelow(key);
  }
  throw fail('DPONE_CAPABILITY', `the store of ${label} takes a write that If-None-Match forbids`, {
    where: 'sink.connection',
    remedy:
      'Use a store with conditional writes (AWS S3, MinIO, R2, Ceph from 19 on): without them two loads can hold one target.',
  });
}
