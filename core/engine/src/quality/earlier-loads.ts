import type { Receipt, Sink } from '@dpone/sdk';
import { ROLLBACK } from '../rollback/judge-rollback.js';
import { RESYNC } from '../resync/resync-strategy.js';
import { REPLAY_FROM } from '../state/write-state.js';

/** Receipts of what is no load of a process's data as the manifest means it: their rows are nobody's usual ones. */
const OTHERS: ReadonlySet<string> = new Set([ROLLBACK, RESYNC, REPLAY_FROM]);

/** Receipts that are read beside the ones that are wanted, for those of other processes and kinds among them. */
const SPARE = 50;

/** The last loads of a process into its target, the newest first. */
export async function earlierLoads(sink: Sink, process: string, wanted: number): Promise<readonly Receipt[]> {
  const receipts = await sink.history(wanted + SPARE);
  return receipts.filter((one) => one.process === process && !OTHERS.has(one.strategy)).slice(0, wanted);
}
