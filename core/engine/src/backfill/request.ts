import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite, isDponeError } from '@dpone/sdk';
import type { OpenProcess } from '../plan/open-process.js';
import type { LedgerHead } from './chunk-record.js';
import type { Ledger } from './ledger.js';

/** What somebody asks of a backfill that runs. */
export type Request = Extract<LedgerHead['status'], 'paused' | 'cancelled'>;

/** Where it is asked when the ledger is in a target that one process at a time can open (a DuckDB file). */
const pathOf = ({ host, spec }: Pick<OpenProcess, 'host' | 'spec'>): string =>
  join(host.workdir, '.dpone', 'backfill', `${encodeURIComponent(spec.name)}.request`);

export const leaveRequest = (open: Pick<OpenProcess, 'host' | 'spec'>, request: Request): Promise<void> =>
  atomicWrite(pathOf(open), `${request}\n`);

/** Puts a request that was left into the ledger, and takes it away. */
export async function takeRequest(open: OpenProcess, ledger: Ledger): Promise<void> {
  const path = pathOf(open);
  const text = await readFile(path, 'utf8').catch(() => '');
  const asked = (['paused', 'cancelled'] as const).find((one) => one === text.trim());
  if (asked !== undefined) {
    const head = await ledger.head();
    if (head !== null && head.value.status !== 'complete' && head.value.status !== 'cancelled')
      await ledger.putHead({ ...head.value, status: asked }, head).catch((error: unknown) => {
        // Written by a command at the same moment: it is looked at again.
        if (!isDponeError(error) || error.code !== 'DPONE_FENCED') throw error;
      });
  }
  if (text !== '') await rm(path, { force: true });
}
