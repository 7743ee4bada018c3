import { homedir } from 'node:os';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

const WINDOWS = process.platform === 'win32';

const home = (env: Environment): string => env['HOME'] || homedir();
const folder = (env: Environment): string =>
  WINDOWS ? join(env['APPDATA'] || home(env), 'postgresql') : join(home(env), '.postgresql');

/** A file of the user's folder for libpq: `root.crt`, `postgresql.key`. */
export const userFile = (env: Environment, name: string): string => join(folder(env), name);

/** https://www.postgresql.org/docs/current/libpq-pgpass.html */
export const defaultPasswordFile = (env: Environment): string =>
  WINDOWS ? join(folder(env), 'pgpass.conf') : join(home(env), '.pgpass');

/** https://www.postgresql.org/docs/current/libpq-pgservice.html */
export const defaultServiceFile = (env: Environment): string =>
  join(WINDOWS ? folder(env) : home(env), '.pg_service.conf');

/** Whether the mode of a file lets others than its owner at it. Windows has no such mode. */
export const isOpenToOthers = (mode: number): boolean => !WINDOWS && (mode & 0o077) !== 0;
