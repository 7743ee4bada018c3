import type { z } from 'zod';
import type { Branded } from '../brand.js';
import type { PluginContext } from './context.js';
import type { Json } from './source.js';
import type { StateRecord } from './sink.js';

/** State kept apart from the target, for sinks that hold none. Writes are compared with what was read, so two writers never both win. */
export interface StateStore {
  get(key: string): Promise<StateRecord | null>;
  list(): Promise<readonly StateRecord[]>;
  /** Writes where the stored record is still the one of `expectedLoadId` (null: none is there); else DPONE_FENCED. */
  put(
    record: { readonly key: string; readonly state: Json; readonly loadId: string },
    expectedLoadId: string | null,
  ): Promise<void>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}

export interface StateStoreDefinition<O = unknown> extends Branded<'stateStore'> {
  readonly summary: string;
  readonly options: z.ZodType<O>;
  create(ctx: PluginContext & { readonly options: O }): Promise<StateStore> | StateStore;
}
