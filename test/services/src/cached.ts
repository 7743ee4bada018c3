import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where what is built or fetched once a machine is kept. */
const cacheRoot = (): string => process.env['DPONE_TEST_CACHE'] || join(homedir(), '.cache', 'dpone-test-services');

/** The folder of a name where it was made before. */
export function cachedFolder(name: string): string | undefined {
  const folder = join(cacheRoot(), name);
  return existsSync(folder) ? folder : undefined;
}

/** A lock whose process gave no sign of its end is taken over after so long. */
const LONGEST_MS = 1_800_000;

/** The folder of a name; where it is not there, one process of this machine makes it while the others wait. */
export async function cached(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheRoot(), name);
  if (existsSync(folder)) return folder;
  await mkdir(cacheRoot(), { recursive: true });
  const release = await lock(`${folder}.lock`);
  try {
    if (existsSync(folder)) return folder;
    const made = await mkdtemp(`${folder}-`);
    try {
      await make(made);
      // One rename: a folder of this name is whole.
      await rename(made, folder);
    } catch (error) {
      await rm(made, { recursive: true, force: true });
      throw error;
    }
    return folder;
  } finally {
    await release();
  }
}

async function lock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    const file = await open(path, 'wx').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return undefined;
    });
    if (file !== undefined) {
      await file.writeFile(`${process.pid}`);
      await file.close();
      return () => rm(path, { force: true });
    }
    const pid = Number(await readFile(path, 'utf8').catch(() => ''));
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if ((pid > 0 && !alive(pid)) || age > LONGEST_MS) await rm(path, { force: true });
    else await sleep(200);
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
