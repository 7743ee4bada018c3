import type { DponeError, ErrorCode } from '@dpone/sdk';
import { diedReason, type ChunkRecord } from './chunk-record.js';

/** What another chunk would meet too: setting this one aside would set all of them aside. */
const OF_ALL: readonly ErrorCode[] = [
  'DPONE_CONNECTION_FAILED',
  'DPONE_AUTH_FAILED',
  'DPONE_PRIVILEGE_MISSING',
  'DPONE_SOURCE_NOT_FOUND',
  'DPONE_DISK_FULL',
  'DPONE_TARGET_READ_ONLY',
  'DPONE_ARTIFACT_WRITE',
  'DPONE_PLUGIN_FAILED',
  'DPONE_FENCED',
  'DPONE_CANCELLED',
];

/** What the failure of a chunk's load means for it. */
export type Judgement =
  /** It may go through at the next try. */
  | 'again'
  /** It is set aside, the others go on. */
  | 'poisoned'
  /** The backfill ends; the chunk is tried again by the next run. */
  | 'ends';

/** What a chunk's record says of a failure more. */
export function noteFailure(
  { failures, deaths: before }: Pick<ChunkRecord, 'failures' | 'deaths'>,
  { code, message }: DponeError,
): Pick<ChunkRecord, 'failures' | 'deaths' | 'reason'> {
  const died = code === 'DPONE_WORKER_DIED';
  const deaths = before + (died ? 1 : 0);
  return { failures: failures + 1, deaths, reason: died ? diedReason(deaths, message) : { code, message } };
}

/** `failures` counts this one. */
export function judgeFailure(error: DponeError, failures: number, maxAttempts: number): Judgement {
  const ofAll = OF_ALL.includes(error.code) || error.consequence === 'user';
  if (error.consequence === 'transient') {
    if (failures < maxAttempts) return 'again';
    return ofAll ? 'ends' : 'poisoned';
  }
  return ofAll ? 'ends' : 'poisoned';
}
