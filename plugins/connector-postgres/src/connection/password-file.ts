import { readFile, stat } from 'node:fs/promises';
import { isOpenToOthers } from './user-files.js';

export interface PasswordOf {
  /** Host name, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

export interface FoundPassword {
  readonly password?: string;
  /** Why the file was not read, where it is there. */
  readonly ignored?: string;
}

/**
 * The password of a password file: the first line that fits counts.
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export async function readPasswordFile(path: string, wanted: PasswordOf): Promise<FoundPassword> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return {};
  if (!found.isFile()) return { ignored: `the password file ${path} is ignored: it is not a plain file` };
  if (isOpenToOthers(found.mode))
    return {
      ignored: `the password file ${path} is ignored: others than its owner may read it (chmod 0600 ${path})`,
    };
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== 'string') return { ignored: `the password file ${path} cannot be read: ${text.code}` };
  const password = passwordOf(text, wanted);
  return password === undefined ? {} : { password };
}

/** `host:port:database:user:password`, `*` for any, `\` in front of a `:` or `\` that is meant. */
export function passwordOf(text: string, wanted: PasswordOf): string | undefined {
  const values = [wanted.host, String(wanted.port), wanted.database, wanted.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    // A field is escaped pairs and anything but a colon.
    const fields = /^((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*)/s.exec(
      line,
    );
    if (fields === null) continue;
    const fits = values.every((value, i) => fields[i + 1] === '*' || unescape(fields[i + 1]!) === value);
    if (fits && fields[5] !== '') return unescape(fields[5]!);
  }
  return undefined;
}

const unescape = (field: string): string => field.replace(/\\(.)/gs, '$1');
