import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite, fail, stableJson, type Column, type Receipt, type StateRecord } from '@dpone/sdk';
import { isMissing } from './errors.js';

/** A receipt, and what the target was after it. */
export interface LedgerEntry {
  readonly receipt: Receipt;
  readonly columns: readonly Column[];
  /** Every file of the target after the load, with its size. */
  readonly files: readonly { readonly name: string; readonly size: number }[];
}

const receiptPath = (meta: string, loadId: string): string => join(meta, 'loads', `${loadId}.json`);
const statePath = (meta: string, key: string): string => join(meta, 'state', `${encodeURIComponent(key)}.json`);

export const writeEntry = (meta: string, entry: LedgerEntry): Promise<void> =>
  atomicWrite(receiptPath(meta, entry.receipt.loadId), stableJson(entry));

export const readEntry = (meta: string, loadId: string): Promise<LedgerEntry | null> =>
  readJson<LedgerEntry>(receiptPath(meta, loadId));

/** The newest first: load ids are ULIDs, whose order is that of time. */
export async function readEntries(meta: string, limit: number): Promise<LedgerEntry[]> {
  const names = (await namesIn(join(meta, 'loads'))).toSorted().reverse().slice(0, limit);
  const entries: LedgerEntry[] = [];
  for (const name of names) entries.push((await readEntry(meta, name.slice(0, -'.json'.length)))!);
  return entries;
}

export const writeState = (meta: string, record: StateRecord): Promise<void> =>
  atomicWrite(statePath(meta, record.key), stableJson(record));

export const readState = (meta: string, key: string): Promise<StateRecord | null> =>
  readJson<StateRecord>(statePath(meta, key));

export async function readStates(meta: string): Promise<StateRecord[]> {
  const records: StateRecord[] = [];
  for (const name of (await namesIn(join(meta, 'state'))).toSorted()) {
    const record = await readJson<StateRecord>(join(meta, 'state', name));
    if (record !== null) records.push(record);
  }
  return records;
}

export const removeState = (meta: string, key: string): Promise<void> => rm(statePath(meta, key), { force: true });

/** Half-written files end in `.tmp`. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Null where there is no such file. */
export async function readJson<T>(path: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (isMissing(error)) return null;
    if (!(error instanceof SyntaxError)) throw error;
    throw fail('DPONE_INPUT_INVALID', `${path} is damaged: ${error.message}`, {
      where: path,
      remedy: 'Restore it from a copy. Without it dpone does not know what the target holds.',
      cause: error,
    });
  }
}
