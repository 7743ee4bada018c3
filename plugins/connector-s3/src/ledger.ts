import { createHash } from 'node:crypto';
import { fail, stableJson, type Column, type Receipt, type StateRecord } from '@dpone/sdk';
import { isPrecondition } from './errors.js';
import type { Store } from './store.js';

/** A receipt, and what the target was after it. */
export interface LedgerEntry {
  readonly receipt: Receipt;
  readonly columns: readonly Column[];
  /** Of names and sizes of every object of the target after the load: each receipt would be as long as the target else. */
  readonly contents: string;
}

const loads = (meta: string): string => `${meta}loads/`;
const states = (meta: string): string => `${meta}state/`;
const receiptKey = (meta: string, loadId: string): string => `${loads(meta)}${loadId}.json`;
const stateKey = (meta: string, key: string): string => `${states(meta)}${encodeURIComponent(key)}.json`;

export const contentsOf = (objects: readonly { readonly name: string; readonly size: number }[]): string => {
  const hash = createHash('sha256');
  for (const { name, size } of objects.toSorted((a, b) => (a.name < b.name ? -1 : 1))) hash.update(`${size} ${name}\n`);
  return `${objects.length} ${hash.digest('hex')}`;
};

export const writeEntry = async (store: Store, meta: string, entry: LedgerEntry): Promise<void> =>
  void (await store.put(receiptKey(meta, entry.receipt.loadId), stableJson(entry)));

export const readEntry = (store: Store, meta: string, loadId: string): Promise<LedgerEntry | null> =>
  readJson<LedgerEntry>(store, receiptKey(meta, loadId));

/** The newest first: load ids are ULIDs, whose order is that of time. */
export async function readEntries(store: Store, meta: string, limit: number): Promise<LedgerEntry[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(loads(meta), undefined)) keys.push(key);
  const entries: LedgerEntry[] = [];
  for (const key of keys.toReversed().slice(0, limit)) {
    const entry = await readJson<LedgerEntry>(store, key);
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

/** A state with the fence under which it was written. */
type StoredState = StateRecord & { readonly fence: number };

/** Writes a state in place of an older one: a worker that was taken over puts no old state over a newer one. */
export async function writeState(store: Store, meta: string, record: StateRecord, fence: number): Promise<void> {
  const key = stateKey(meta, record.key);
  for (;;) {
    const seen = await store.read(key);
    if (seen !== null && parse<StoredState>(seen.text, store, key).fence > fence) return;
    try {
      const text = stableJson({ ...record, fence } satisfies StoredState);
      await store.put(key, text, seen === null ? { absent: true } : { etag: seen.etag });
      return;
    } catch (error) {
      if (!isPrecondition(error)) throw error;
    }
  }
}

export async function readState(store: Store, meta: string, key: string): Promise<StateRecord | null> {
  const stored = await readJson<StoredState>(store, stateKey(meta, key));
  return stored === null ? null : plain(stored);
}

export async function readStates(store: Store, meta: string): Promise<StateRecord[]> {
  const records: StateRecord[] = [];
  for await (const { key } of store.list(states(meta), undefined)) {
    const stored = await readJson<StoredState>(store, key);
    if (stored !== null) records.push(plain(stored));
  }
  return records;
}

const plain = ({ key, state, loadId, updatedAt }: StoredState): StateRecord => ({ key, state, loadId, updatedAt });

export const removeState = (store: Store, meta: string, key: string): Promise<void> =>
  store.remove([{ key: stateKey(meta, key) }]);

/** Null where there is no such object. */
export async function readJson<T>(store: Store, key: string): Promise<T | null> {
  const found = await store.read(key);
  return found === null ? null : parse<T>(found.text, store, key);
}

function parse<T>(text: string, store: Store, key: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    const where = `s3://${store.bucket}/${key}`;
    throw fail('DPONE_INPUT_INVALID', `${where} is damaged`, {
      where,
      remedy: 'Restore it from a copy. Without it dpone does not know what the target holds.',
      cause: error,
    });
  }
}
