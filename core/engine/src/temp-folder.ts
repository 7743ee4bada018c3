import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from '@dpone/sdk';

const rootOf = (workdir: string): string => join(workdir, '.dpone', 'tmp');

/** `<host>,<pid>,<random>`: whose folder it is, so that a dead process's can be told from a living one's. */
const ownName = (): string => `${encodeURIComponent(hostname())},${process.pid},${randomBytes(6).toString('hex')}`;

export interface TempFolder {
  /** Makes the folder when first asked. */
  path(): Promise<string>;
  close(): Promise<void>;
}

/** The folder of one run, made on first use and removed with everything in it. */
export function tempFolder(workdir: string): TempFolder {
  let made: Promise<string> | undefined;
  return {
    path: () => (made ??= makeFolder(workdir)),
    close: async () => {
      if (made !== undefined) await removeFolder(workdir, await made);
    },
  };
}

/** Inside the project, where renames into place stay on one file system; in the system's folder where that cannot be written. */
async function makeFolder(workdir: string): Promise<string> {
  const path = join(rootOf(workdir), ownName());
  try {
    await mkdir(path, { recursive: true });
    return path;
  } catch {
    return mkdtemp(join(tmpdir(), 'dpone-'));
  }
}

/** Removes the folders that killed processes of this machine left behind. */
export async function sweepTempFolders(workdir: string): Promise<void> {
  const names = await readdir(rootOf(workdir)).catch(() => []);
  for (const name of names) {
    const [host, pid] = name.split(',');
    if (host === encodeURIComponent(hostname()) && hasEnded(Number(pid)))
      await rm(join(rootOf(workdir), name), { recursive: true, force: true });
  }
}

/** A name without a pid is of nobody who is known to have ended. */
const hasEnded = (pid: number): boolean => Number.isInteger(pid) && pid > 0 && !isRunning(pid);

/** The folders above go too where nothing else is in them: a run that was refused leaves nothing. */
async function removeFolder(workdir: string, path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  for (const parent of [rootOf(workdir), join(workdir, '.dpone')]) await rmdir(parent).catch(() => undefined);
}
