import { stableJson, type FinalizeStepName, type StateRecord } from '@dpone/sdk';
import { assertFence, changeHead } from './head.js';
import type { Layout } from './layout.js';
import { readJson, writeEntry, writeState, type LedgerEntry } from './ledger.js';
import { intentKey } from './staged-parts.js';
import type { Store } from './store.js';
import { completeUpload, type Upload } from './uploads.js';

/** Everything that is left to do once a load is decided. */
export interface Intent {
  readonly loadId: string;
  readonly uploads: readonly Upload[];
  /** An object that is too small for an upload: one without rows. */
  readonly puts: readonly { readonly key: string; readonly base64: string }[];
  readonly removes: readonly string[];
  readonly entry: LedgerEntry;
  readonly state: StateRecord | null;
}

export const readIntent = (store: Store, layout: Layout, loadId: string): Promise<Intent | null> =>
  readJson<Intent>(store, intentKey(layout, loadId));

/**
 * Decides the load: the intent is written, then the head names it, under the ETag that a younger holder would have
 * changed. A worker that was taken over, however long it slept, decides nothing.
 */
export async function decide(store: Store, layout: Layout, fence: number, intent: Intent): Promise<void> {
  await store.put(intentKey(layout, intent.loadId), stableJson(intent, 0));
  await changeHead(store, layout.meta, fence, layout.label, (head) => ({ ...head, intent: intent.loadId }));
}

/** Carries an intent out. Every step can be done twice, so that whoever finds the intent goes on where another stopped. */
export async function carryOut(
  store: Store,
  layout: Layout,
  intent: Intent,
  fence: number,
  step: (name: FinalizeStepName) => Promise<void>,
): Promise<void> {
  const { meta, label } = layout;
  const still = (): Promise<void> => assertFence(store, meta, fence, label);
  for (const upload of intent.uploads) {
    await still();
    await completeUpload(store, upload, intent.loadId);
  }
  for (const { key, base64 } of intent.puts) {
    await still();
    await store.put(key, Buffer.from(base64, 'base64'));
  }
  await still();
  await store.remove(intent.removes.map((key) => ({ key })));
  await step('finalize.changed');
  await still();
  await writeEntry(store, meta, intent.entry);
  if (intent.state !== null) await writeState(store, meta, intent.state, fence);
  await step('finalize.receipted');
  await changeHead(store, meta, fence, label, (head) => ({ ...head, intent: null, last: intent.loadId }));
  await step('finalize.committed');
}
