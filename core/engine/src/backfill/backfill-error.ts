import { fail, type DponeError } from '@dpone/sdk';
import { whereOf } from '../plan/where.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { chunkName, type ChunkCounts, type ChunkRecord, type LedgerHead } from './chunk-record.js';

const NAMED = 3;

/** The commands of a process: with its selector where the manifest has several. */
const command = (spec: ProcessSpec, verb: string): string =>
  `dpone backfill ${verb} ${spec.manifest}${spec.selector === null ? '' : ` --selector ${spec.selector}`}`;

/** The end of a run that chunks were set aside in, now or before. */
export function poisonedError(spec: ProcessSpec, poisoned: readonly ChunkRecord[], counts: ChunkCounts): DponeError {
  const named = poisoned.slice(0, NAMED).map((one) => `${chunkName(one)}: ${one.reason?.code}: ${one.reason?.message}`);
  const more = poisoned.length > NAMED ? `; and ${poisoned.length - NAMED} more` : '';
  return fail(
    'DPONE_CHUNK_POISONED',
    `${poisoned.length} of ${counts.total} chunks are set aside, ${counts.committed} are committed: ${named.join('; ')}${more}`,
    { remedy: `Mend what is named, then: ${command(spec, 'retry')}, and run again.` },
  );
}

/** Nothing goes on while a backfill is paused or cancelled. */
export const stoppedError = (spec: ProcessSpec, status: LedgerHead['status'], counts?: ChunkCounts): DponeError =>
  fail(
    'DPONE_BACKFILL_STOPPED',
    `the backfill of ${spec.name} is ${status}${counts === undefined ? '' : ` with ${counts.committed} of ${counts.total} chunks committed`}`,
    {
      remedy:
        status === 'paused'
          ? `Let it go on: ${command(spec, 'resume')}, and run again.`
          : `Begin anew: ${command(spec, 'reset')} --yes, and run again.`,
    },
  );

export const changedError = (spec: ProcessSpec, head: LedgerHead): DponeError =>
  fail(
    'DPONE_OPTION_CONFLICT',
    `the backfill of ${spec.name} was begun with ${head.chunks} chunks of ${head.column}; chunks, source or target are others now`,
    {
      where: whereOf(spec, 'sink.strategy.backfill.chunk'),
      remedy: `Set them as they were, or forget what is done: ${command(spec, 'reset')} --yes.`,
    },
  );
