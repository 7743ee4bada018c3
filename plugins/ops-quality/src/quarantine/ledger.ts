import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  atomicWrite,
  below,
  fail,
  isJsonObject,
  parseExactJson,
  plainPath,
  stableJson,
  type ExactJson,
} from '@dpone/sdk';

/** What became of one row: it is never replayed a second time. */
export interface LedgerEntry {
  readonly quarantine_id: string;
  readonly replayed_at: string;
  /** The file of rows that it was put into. */
  readonly released_to: string;
  /** The load that took it; null where the file was all that was asked for. */
  readonly load_id: string | null;
}

/** The ledger of a run, beside what it set aside: those files themselves are never changed. */
export const ledgerPath = (dir: string, runId: string): string =>
  below(plainPath(dir), `replay/${encodeURIComponent(runId)}.ledger.jsonl`);

/** Reads a ledger. One that cannot be read stops a replay, for without it rows could be replayed twice. */
export async function readLedger(cwd: string, path: string): Promise<LedgerEntry[]> {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw fail('DPONE_INPUT_INVALID', `The ledger of replays cannot be read (${error.code}).`, { where: path });
  });
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, i) => {
      const value = parsedLine(line);
      if (!isJsonObject(value) || typeof value['quarantine_id'] !== 'string')
        throw fail('DPONE_INPUT_INVALID', 'This line is no entry of a ledger of replays.', {
          where: `${path}:${i + 1}`,
        });
      return value as unknown as LedgerEntry;
    });
}

function parsedLine(line: string): ExactJson {
  try {
    return parseExactJson(line);
  } catch {
    return null;
  }
}

export const writeLedger = (cwd: string, path: string, entries: readonly LedgerEntry[]): Promise<void> =>
  atomicWrite(resolve(cwd, path), entries.map((entry) => `${stableJson(entry, 0)}\n`).join(''));
