import type { ChunkPlan, Json } from '@dpone/sdk';
import { ulid } from 'ulid';
import { newChunk, type ChunkRecord, type LedgerHead } from './chunk-record.js';
import type { LedgerStore } from './ledger-store.js';

/** What is stored, and which write it was: the next one names it. Null where nothing was written yet. */
export interface Stored<T> {
  readonly value: T;
  readonly version: string | null;
}

/**
 * Which chunks of a backfill are done, in hand, or set aside. A record a chunk, written when it first leaves `pending`;
 * every write is compared with the one that it was made from, so of two owners one is refused (DPONE_FENCED).
 */
export class Ledger {
  readonly #store: LedgerStore;
  readonly #key: string;

  constructor(store: LedgerStore, process: string) {
    this.#store = store;
    // A process's name has no slash: nobody else's key begins so.
    this.#key = `${process}/backfill`;
  }

  get backend(): string {
    return this.#store.backend;
  }

  async head(): Promise<Stored<LedgerHead> | null> {
    const record = await this.#store.get(this.#key);
    return record === null ? null : { value: record.state as unknown as LedgerHead, version: record.loadId };
  }

  putHead(head: LedgerHead, before: Stored<LedgerHead> | null): Promise<Stored<LedgerHead>> {
    return this.#put(this.#key, head, before?.version ?? null);
  }

  /** Every chunk, in order. */
  async chunks({ windows }: ChunkPlan): Promise<Stored<ChunkRecord>[]> {
    const records = await this.#store.list(`${this.#key}/`);
    const known = new Map(records.map((record) => [record.key, record]));
    return windows.map((window, i) => {
      const record = known.get(this.#chunkKey(i + 1));
      return record === undefined
        ? { value: newChunk(i + 1, window), version: null }
        : { value: { ...newChunk(i + 1, window), ...(record.state as object) }, version: record.loadId };
    });
  }

  /** Writes a changed chunk; DPONE_FENCED where it is no longer what `before` was read as. */
  putChunk(before: Stored<ChunkRecord>, change: Partial<ChunkRecord>): Promise<Stored<ChunkRecord>> {
    const value = { ...before.value, ...change };
    return this.#put(this.#chunkKey(value.chunk), value, before.version);
  }

  /** Forgets everything; the head last, so that what is left of a clearing that broke off is still known to be there. */
  async clear(): Promise<void> {
    for (const { key } of await this.#store.list(`${this.#key}/`)) await this.#store.delete(key);
    await this.#store.delete(this.#key);
  }

  async #put<T>(key: string, value: T, before: string | null): Promise<Stored<T>> {
    const version = ulid();
    await this.#store.put({ key, state: value as unknown as Json, loadId: version }, before);
    return { value, version };
  }

  #chunkKey(chunk: number): string {
    return `${this.#key}/${String(chunk).padStart(5, '0')}`;
  }
}
