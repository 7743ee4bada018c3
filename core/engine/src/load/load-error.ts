import { asDponeError, fail, isDponeError, type DponeError, type SourceRead } from '@dpone/sdk';
import type { Work } from './work.js';

/** The one error of a failed load: its first cause, whatever failed after it. */
export function loadError(thrown: unknown, work: Work): DponeError {
  if (work.cancelled) return asDponeError(work.cause());
  if (isDponeError(thrown) && thrown.code === 'DPONE_SOURCE_CHANGED') return thrown;
  return fromSystem(work.cause() ?? thrown);
}

/** Errors of the file system get their code; anything else that is not ours is a fault of dpone or a plugin. */
function fromSystem(error: unknown): DponeError {
  if (isDponeError(error)) return error;
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown };
  const where = typeof path === 'string' ? path : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('DPONE_DISK_FULL', message, { where, cause: error });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return fail('DPONE_FILE_UNREADABLE', message, { where, cause: error });
  return asDponeError(error);
}

/** A read that failed because the source moved under it says so: that is the cause, and running again mends it. */
export async function sourceCause(read: SourceRead, thrown: unknown): Promise<unknown> {
  // A connection that is lost is its own cause, and the end of whatever it held.
  if (isDponeError(thrown) && (thrown.code === 'DPONE_SOURCE_CHANGED' || thrown.code === 'DPONE_CONNECTION_FAILED'))
    return thrown;
  try {
    await read.verify();
    return thrown;
  } catch (moved) {
    if (!isDponeError(moved) || moved.code !== 'DPONE_SOURCE_CHANGED') return thrown;
    return fail('DPONE_SOURCE_CHANGED', moved.message, { where: moved.where, remedy: moved.remedy, cause: thrown });
  }
}
