import { asDponeError, fail, isDponeError, type DponeError } from '@dpone/sdk';

interface OclifError {
  readonly message: string;
  readonly oclif?: { readonly exit?: number };
  readonly code?: string;
}

const FILE_CODES: Readonly<Record<string, 'DPONE_FILE_NOT_FOUND' | 'DPONE_FILE_UNREADABLE' | 'DPONE_DISK_FULL'>> = {
  ENOENT: 'DPONE_FILE_NOT_FOUND',
  EACCES: 'DPONE_FILE_UNREADABLE',
  EISDIR: 'DPONE_FILE_UNREADABLE',
  ENOSPC: 'DPONE_DISK_FULL',
};

/** Anything that a command threw as a dpone error: oclif's own complaints about flags and names are wrong usage. */
export function asCommandError(error: unknown): DponeError {
  if (isDponeError(error)) return error;
  const { message, oclif, code } = error as OclifError;
  if (oclif !== undefined && typeof message === 'string') {
    const [what = '', ...rest] = message.split('\n').filter((line) => line.trim() !== '');
    const details = rest.filter((line) => !line.startsWith('See more help')).join('; ');
    return fail('DPONE_USAGE', details === '' ? what : `${what} ${details}`, { cause: error });
  }
  if (code !== undefined && FILE_CODES[code] !== undefined) return fail(FILE_CODES[code], message, { cause: error });
  return asDponeError(error);
}
