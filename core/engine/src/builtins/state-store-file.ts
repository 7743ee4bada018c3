import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { atomicWrite, defineStateStore, fail, stableJson, type StateRecord, type StateStore } from '@dpone/sdk';
import { z } from 'zod';

const options = z.object({
  path: z
    .string()
    .min(1)
    .default('.dpone/state')
    .describe('Folder of the state files, one a process, relative to the project. Default `.dpone/state`.'),
});

/** A lock file older than this is of a process that died: writing one record takes milliseconds. */
const STALE_MS = 30_000;
const WAIT_MS = 20;

/** State in files of the project, for sinks that hold none or where it must outlive the target. */
export const stateStoreFile = defineStateStore({
  summary: 'State in files of the project',
  options,
  create: (ctx): StateStore => {
    const folder = resolve(ctx.workdir, ctx.options.path);
    const pathOf = (key: string): string => resolve(folder, `${encodeURIComponent(key)}.json`);
    const get = async (key: string): Promise<StateRecord | null> => read(pathOf(key));
    return {
      get,
      list: async () => {
        const names = await readdir(folder).catch(() => []);
        const records = await Promise.all(
          names
            .filter((name) => name.endsWith('.json'))
            .toSorted()
            .map((name) => read(resolve(folder, name))),
        );
        return records.filter((record) => record !== null);
      },
      put: (record, expectedLoadId) =>
        exclusively(`${pathOf(record.key)}.lock`, ctx.signal, async () => {
          const stored = await get(record.key);
          if ((stored?.loadId ?? null) !== expectedLoadId)
            throw fail(
              'DPONE_FENCED',
              `the state of ${record.key} was written by load ${stored?.loadId ?? '(none)'} meanwhile`,
            );
          const next: StateRecord = { ...record, updatedAt: ctx.clock.now().toISOString() };
          await atomicWrite(pathOf(record.key), `${stableJson(next)}\n`);
        }),
      delete: (key) => rm(pathOf(key), { force: true }),
      close: () => Promise.resolve(),
    };
  },
});

async function read(path: string): Promise<StateRecord | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return null;
    throw fail('DPONE_FILE_UNREADABLE', `the state cannot be read: ${String(error)}`, { where: path, cause: error });
  }
  try {
    return JSON.parse(text) as StateRecord;
  } catch (error) {
    throw fail('DPONE_INPUT_INVALID', 'the state file is not JSON', {
      where: path,
      remedy: 'Restore the file, or remove it to begin anew.',
      cause: error,
    });
  }
}

/** Runs one writer at a time, across processes. */
async function exclusively<T>(lock: string, signal: AbortSignal, what: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lock), { recursive: true });
  for (;;) {
    try {
      await (await open(lock, 'wx')).close();
      break;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
      const age = Date.now() - ((await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now());
      if (age > STALE_MS) await rm(lock, { force: true });
      else await pause(WAIT_MS, undefined, { signal });
    }
  }
  try {
    return await what();
  } finally {
    await rm(lock, { force: true });
  }
}
