import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { atomicWrite, fail, stableJson, syncDirectory, type FinalizeStepName, type StateRecord } from '@dpone/sdk';
import { isMissing } from './errors.js';
import { readJson, writeEntry, writeState, type LedgerEntry } from './ledger.js';

export interface Move {
  readonly from: string;
  readonly to: string;
  /** Bytes of the file, by which it is known again where it is there already. */
  readonly size: number;
}

/** Everything that is left to do once a load is decided; from the moment it is on disk the load takes effect. */
export interface Intent {
  readonly loadId: string;
  readonly moves: readonly Move[];
  readonly removes: readonly string[];
  readonly entry: LedgerEntry;
  readonly state: StateRecord | null;
}

const intentPath = (meta: string): string => join(meta, 'intent.json');

export const readIntent = (meta: string): Promise<Intent | null> => readJson<Intent>(intentPath(meta));

/** Decides the load: written whole and synced, or not at all. */
export const writeIntent = (meta: string, intent: Intent): Promise<void> =>
  atomicWrite(intentPath(meta), stableJson(intent));

/**
 * Carries an intent out. Every step can be done twice, so that whoever finds the intent goes on where another stopped.
 * `still` throws where this worker was taken over.
 */
export async function carryOut(
  meta: string,
  intent: Intent,
  step: (name: FinalizeStepName) => Promise<void>,
  still: () => Promise<void>,
): Promise<void> {
  for (const one of intent.moves) {
    await still();
    await move(one);
  }
  await still();
  for (const path of intent.removes) await rm(path, { force: true });
  const folders = new Set([...intent.moves.map((m) => m.to), ...intent.removes].map((path) => dirname(path)));
  for (const folder of folders) await syncDirectory(folder);
  await step('finalize.changed');
  await still();
  await writeEntry(meta, intent.entry);
  if (intent.state !== null) await writeState(meta, intent.state);
  await step('finalize.receipted');
  await still();
  await rm(intentPath(meta), { force: true });
  await syncDirectory(meta);
  await step('finalize.committed');
}

/** Where staging no longer has the file, an earlier attempt moved it; where neither place has it, something else took it. */
async function move({ from, to, size }: Move): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
    const there = await stat(to).catch(() => undefined);
    if (there?.size !== size)
      throw fail('DPONE_SINK_WRITE', `${from} was removed before it could become ${to}`, { where: to, cause: error });
  }
}
