import { fail, isDponeError, type DponeError, type ErrorCode } from '@dpone/sdk';

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'DPONE_DISK_FULL',
  EDQUOT: 'DPONE_DISK_FULL',
  EROFS: 'DPONE_TARGET_READ_ONLY',
  EACCES: 'DPONE_TARGET_READ_ONLY',
  EPERM: 'DPONE_TARGET_READ_ONLY',
};

const systemCode = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
};
export const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(systemCode(error));
export const isExisting = (error: unknown): boolean => ['EEXIST', 'ENOTEMPTY'].includes(systemCode(error));

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the file system says while the sink writes, as dpone's own error. `what`: `writing out/orders.csv`. */
export function writeError(error: unknown, what: string, where: string): DponeError {
  if (isDponeError(error)) return error;
  const code = CODES[systemCode(error)] ?? 'DPONE_SINK_WRITE';
  return fail(code, `${what}: ${messageOf(error)}`, { where, cause: error });
}

/** The result of a step of the sink; what it throws says which step it was. */
export async function writing<T>(what: string, where: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw writeError(error, what, where);
  }
}

/** What the file system says while the source lists or opens a file. */
export function readError(error: unknown, path: string): DponeError {
  if (isDponeError(error)) return error;
  if (isMissing(error))
    return fail('DPONE_SOURCE_NOT_FOUND', `there is no file ${path}`, { where: path, cause: error });
  const denied = ['EACCES', 'EPERM'].includes(systemCode(error));
  return fail(denied ? 'DPONE_FILE_UNREADABLE' : 'DPONE_SOURCE_READ', `${path}: ${messageOf(error)}`, {
    where: path,
    cause: error,
  });
}
