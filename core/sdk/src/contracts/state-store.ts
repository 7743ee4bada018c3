import type { z } from 'zod';
import type { Branded } from '../brand.js';
import type { PluginContext } from './context.js';
import type { StateRecord } from './sink.js';

/** What a store is asked to hold. */
export type StateToPut = Pick<StateRecord, 'key' | 'state' | 'loadId'>;

/**
 * State kept apart from the target, for sinks that hold none, and for what must be seen by many machines. Every write is
 * fenced: it names the load whose record it was made from, and is refused where another one is stored by now. Of two
 * writers, in whatever processes, one wins; one that was paused meanwhile loses. A process that dies in the middle of a
 * write leaves the old record or the new one.
 */
export interface StateStore {
  get(key: string): Promise<StateRecord | null>;
  /** Every record, by key; with `prefix` those whose key begins so. */
  list(prefix?: string): Promise<readonly StateRecord[]>;
  /** Writes where the stored record is still the one of `expectedLoadId` (null: none is there); else DPONE_FENCED. */
  put(record: StateToPut, expectedLoadId: string | null): Promise<void>;
  /** Removes the record, whatever load wrote it; a writer that read it before loses. */
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}

export interface StateStoreDefinition<C = unknown, O = unknown> extends Branded<'stateStore'> {
  readonly summary: string;
  /** Shape of the connection, as a source's or a sink's; null where the store needs none. */
  readonly connection: z.ZodType<C> | null;
  /** The keys of `state` besides `type` and those of the connection. */
  readonly options: z.ZodType<O>;
  create(ctx: PluginContext & { readonly connection: C; readonly options: O }): Promise<StateStore> | StateStore;
}
