import { constants, existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '@dpone/sdk';
import lockfile from 'proper-lockfile';

/** How long one change waits for another, in seconds. */
const PATIENCE_SECONDS = 120;

/** A lock whose owner has not touched it for so long is that of a dead process, in milliseconds. */
const STALE_MS = 10_000;

/**
 * Changes the folder of installed plugins as one effect: `change` works on a copy beside it, which takes the folder's
 * place only when `change` ends well. A failure, or a death at any point, leaves what was installed.
 */
export async function changePlugins<T>(dataDir: string, change: (copy: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(dataDir), { recursive: true });
  const release = await lock(dataDir);
  try {
    await finishInterruptedSwap(dataDir);
    const copy = `${dataDir}.next`;
    await rm(copy, { recursive: true, force: true });
    if (await exists(dataDir))
      // Links of npm to local folders are relative; the copy lies at the same depth, so they stay right.
      await cp(dataDir, copy, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
    else await mkdir(copy, { recursive: true });
    try {
      const result = await change(copy);
      await swap(dataDir, copy);
      return result;
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  } finally {
    await release();
  }
}

async function lock(dataDir: string): Promise<() => Promise<void>> {
  try {
    return await lockfile.lock(dataDir, {
      realpath: false,
      lockfilePath: `${dataDir}.lock`,
      stale: STALE_MS,
      retries: { retries: PATIENCE_SECONDS * 2, minTimeout: 500, maxTimeout: 500 },
    });
  } catch (cause) {
    throw fail('DPONE_PLUGIN_INSTALL', 'another dpone process is changing the plugins', {
      where: `${dataDir}.lock`,
      remedy: 'Wait for it to end and try again.',
      cause,
    });
  }
}

async function swap(dataDir: string, copy: string): Promise<void> {
  const previous = `${dataDir}.previous`;
  await rm(previous, { recursive: true, force: true });
  if (await exists(dataDir)) await rename(dataDir, previous);
  await rename(copy, dataDir);
  await rm(previous, { recursive: true, force: true });
}

/**
 * Puts the plugin folder back where a process died while it swapped it; waits where one that lives is at it. True where
 * the folder had been away.
 */
export async function recoverPlugins(dataDir: string): Promise<boolean> {
  if (existsSync(dataDir) || !existsSync(`${dataDir}.previous`)) return false;
  const release = await lock(dataDir);
  try {
    await finishInterruptedSwap(dataDir);
  } finally {
    await release();
  }
  return true;
}

/** A process that died between the two renames of a swap left no folder, but both of its versions: the old one is taken. */
async function finishInterruptedSwap(dataDir: string): Promise<void> {
  const previous = `${dataDir}.previous`;
  if (!(await exists(dataDir)) && (await exists(previous))) await rename(previous, dataDir);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
