import { open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { atomicWrite, fail, type Column, type Receipt, type StateRecord, type TableRef } from '@dpone/sdk';

/** Values in the order of the table's columns, as `types.ts` stores them. */
export type StoredRow = readonly unknown[];

export interface StoredTable {
  columns: Column[];
  rows: StoredRow[];
}

/** One load's staging: a table that is no target yet, and the rows that could not be taken. */
export interface StoredStaging extends StoredTable {
  target: string;
  rejected: { row: Record<string, unknown>; reason: string; diagnostics: Record<string, unknown> }[];
}

export interface StoreDocument {
  tables: Record<string, StoredTable>;
  staging: Record<string, StoredStaging>;
  receipts: Receipt[];
  states: Record<string, StateRecord>;
  locks: Record<string, { fence: number; holder: string | null; beatAt: number }>;
}

const emptyDocument = (): StoreDocument => ({ tables: {}, staging: {}, receipts: [], states: {}, locks: {} });

export const tableName = (table: TableRef): string =>
  table.schema === undefined ? table.name : `${table.schema}.${table.name}`;

/**
 * The system of this template: one JSON file with tables in it. A change is made on a copy and becomes visible whole, by
 * a rename, so a transaction is a function. Put your system's client here instead.
 */
export class Store {
  constructor(readonly path: string) {}

  async read(): Promise<StoreDocument> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return emptyDocument();
      throw fail('DPONE_CONNECTION_FAILED', `The store ${this.path} cannot be read.`, {
        where: this.path,
        cause: error,
      });
    }
    try {
      return JSON.parse(text) as StoreDocument;
    } catch (error) {
      throw fail('DPONE_CONNECTION_INVALID', `${this.path} is no acme store.`, { where: this.path, cause: error });
    }
  }

  /** Whether the folder of the store is there; the file itself is made by the first write. */
  async reachable(): Promise<void> {
    const folder = await stat(dirname(this.path)).catch(() => undefined);
    if (folder?.isDirectory() !== true)
      throw fail('DPONE_CONNECTION_FAILED', `The folder of the store ${this.path} does not exist.`, {
        where: this.path,
      });
    await this.read();
  }

  /** Runs `change` on the current document and commits it whole; nothing is written where it throws. */
  async transaction<T>(change: (document: StoreDocument) => T | Promise<T>): Promise<T> {
    await this.reachable();
    const guard = `${this.path}.guard`;
    await takeGuard(guard);
    try {
      const document = await this.read();
      const result = await change(document);
      await atomicWrite(this.path, JSON.stringify(document));
      return result;
    } finally {
      await rm(guard, { force: true });
    }
  }
}

/** One writer at a time, in any process; the guard of a process that died is taken over. */
async function takeGuard(path: string): Promise<void> {
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw fail('DPONE_TARGET_READ_ONLY', `The store's folder cannot be written.`, { where: path, cause: error });
      const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
      if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
      else await wait(5);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
