import { stat } from 'node:fs/promises';
import { fail } from '@dpone/sdk';
import { isMissing, readError } from './errors.js';
import type { ListedFile } from './listing.js';

/** Throws DPONE_SOURCE_CHANGED where a file is not as it was when the read was opened. */
export async function assertUnchanged(files: readonly ListedFile[]): Promise<void> {
  const changes = (await Promise.all(files.map(changeOf))).filter((change) => change !== undefined);
  if (changes.length === 0) return;
  const more = changes.length > 3 ? ` and ${changes.length - 3} more` : '';
  throw fail('DPONE_SOURCE_CHANGED', `while they were read, ${changes.slice(0, 3).join('; ')}${more}`, {
    where: files.length === 1 ? files[0]!.name : 'source.options.path',
    remedy: 'Run again when the files are complete. Writers should write under another name and rename.',
  });
}

async function changeOf(file: ListedFile): Promise<string | undefined> {
  try {
    const { size, mtimeNs, ino } = await stat(file.path, { bigint: true });
    if (Number(size) < file.size) return `${file.name} was cut from ${file.size} to ${size} bytes`;
    if (Number(size) > file.size) return `${file.name} grew from ${file.size} to ${size} bytes`;
    if (ino !== file.inode) return `${file.name} was replaced by another file`;
    return mtimeNs === file.mtimeNs ? undefined : `${file.name} was written to`;
  } catch (error) {
    if (isMissing(error)) return `${file.name} vanished`;
    throw readError(error, file.path);
  }
}
