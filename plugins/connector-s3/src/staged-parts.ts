import { stableJson, type RejectedRow } from '@dpone/sdk';
import { stagingPrefix, type Layout } from './layout.js';
import { readJson } from './ledger.js';
import type { Store } from './store.js';
import { abortUpload, openUploads, type Upload } from './uploads.js';

/** A partition in staging, written down once it is whole: without the record it is not there. */
export interface StagedPart {
  readonly partition: number;
  /** The file that was uploaded; it is kept until the load is dropped. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly rejected: readonly RejectedRow[];
  /** Null where there are no rows, or where one object is made of several partitions. */
  readonly upload: Upload | null;
}

/** What is written down before an upload is begun: the key under which an upload can be. */
interface Opened {
  readonly key: string;
}

const recordKey = (prefix: string, partition: number): string => `${prefix}part-${partition}.json`;
const openedKey = (prefix: string, partition: number): string => `${prefix}opened-${partition}.json`;
const begunKey = (prefix: string): string => `${prefix}begun.json`;
export const intentKey = (layout: Layout, loadId: string): string => `${stagingPrefix(layout, loadId)}intent.json`;

export const recordBegun = async (store: Store, prefix: string): Promise<void> =>
  void (await store.put(begunKey(prefix), '{}'));

export const recordOpened = async (store: Store, prefix: string, partition: number, key: string): Promise<void> =>
  void (await store.put(openedKey(prefix, partition), stableJson({ key } satisfies Opened, 0)));

export const recordPart = async (store: Store, prefix: string, part: StagedPart): Promise<void> =>
  void (await store.put(recordKey(prefix, part.partition), stableJson(part, 0)));

/** Takes a partition back: its record first, so that it is nowhere half. */
export async function unstagePart(store: Store, prefix: string, partition: number): Promise<void> {
  const before = await readJson<StagedPart>(store, recordKey(prefix, partition));
  if (before === null) return;
  await store.remove([{ key: recordKey(prefix, partition) }]);
  if (before.upload !== null) await abortUpload(store, before.upload.key, before.upload.uploadId);
}

/** The parts of a load, by partition, whichever process staged them. */
export async function stagedParts(store: Store, prefix: string): Promise<StagedPart[]> {
  const parts: StagedPart[] = [];
  for await (const { key } of store.list(`${prefix}part-`, undefined)) {
    const part = await readJson<StagedPart>(store, key);
    if (part !== null) parts.push(part);
  }
  return parts.toSorted((a, b) => a.partition - b.partition);
}

/** Aborts every upload of a load that was not completed, also those that were begun and never written down. */
export async function abortUploads(store: Store, prefix: string): Promise<void> {
  const begun = await store.read(begunKey(prefix));
  const keys = new Set<string>();
  for await (const { key } of store.list(`${prefix}opened-`, undefined)) {
    const opened = await readJson<Opened>(store, key);
    if (opened !== null) keys.add(opened.key);
  }
  // Times of the store have seconds; an upload of somebody else to the same key that is older stays.
  const since = begun === null ? 0 : begun.modified - 1000;
  for (const key of keys)
    for (const uploadId of await openUploads(store, key, since)) await abortUpload(store, key, uploadId);
}
