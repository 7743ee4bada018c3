import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail, type GateContext } from '@dpone/sdk';

type Place = Pick<GateContext, 'cwd' | 'env'>;

/** The PEM text of a key from a file or an environment variable; never from the command line, which others can read. */
export async function keyText(
  ctx: Place,
  file: string | undefined,
  variable: string | undefined,
): Promise<{ readonly pem: string; readonly where: string } | undefined> {
  if (file !== undefined && variable !== undefined)
    throw fail('DPONE_OPTION_CONFLICT', 'A key is in a file or in an environment variable, not in both.');
  if (file !== undefined) return { pem: await textOf(resolve(ctx.cwd, file), file), where: file };
  if (variable === undefined) return undefined;
  const pem = ctx.env[variable];
  if (pem === undefined || pem === '')
    throw fail('DPONE_SECRET_NOT_FOUND', 'This environment variable is not set.', { where: variable });
  // A secret store often keeps a text of several lines as one.
  return { pem: pem.replaceAll('\\n', '\n'), where: variable };
}

async function textOf(path: string, where: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fail('DPONE_FILE_UNREADABLE', `The key cannot be read (${error.code}).`, { where });
  });
}
