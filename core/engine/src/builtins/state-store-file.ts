import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { defineStateStore, fail, stableJson, syncDirectory, type StateRecord, type StateStore } from '@dpone/sdk';
import { z } from 'zod';

const options = z.strictObject({
  path: z
    .string()
    .min(1)
    .default('.dpone/state')
    .describe('Folder of the state files, relative to the project. Default `.dpone/state`.'),
});

/** Between a reader's look at the names and its look into the file a writer may have removed it: then it looks again. */
const LOOKS = 50;

/** Versions of a record that stay, so that a number that was taken shortly before stays taken. */
const KEPT = 8;

interface Version {
  readonly number: number;
  /** Null where the record was deleted. */
  readonly record: StateRecord | null;
}

/**
 * State in files of the project, for sinks that hold none or where it must outlive the target. A record is
 * `<key>@<version>.json`; the highest version counts. A version is made by link(2), which fails where it is there: no
 * lock is needed, so none can be left by a process that died or be broken under one that was paused.
 */
export const stateStoreFile = defineStateStore<null, z.output<typeof options>>({
  summary: 'State in files of the project',
  connection: null,
  options,
  create: (ctx): StateStore => {
    const folder = resolve(ctx.workdir, ctx.options.path);
    const get = async (key: string): Promise<StateRecord | null> => (await newest(folder, key)).record;
    return {
      get,
      list: async (prefix = '') => {
        const names = await namesIn(folder);
        const keys = [...new Set(names.flatMap((name) => versionOf(name)?.key ?? []))].filter((key) =>
          key.startsWith(prefix),
        );
        const records = await Promise.all(keys.toSorted().map(get));
        return records.filter((record) => record !== null);
      },
      put: async (record, expectedLoadId) => {
        const { number, record: stored } = await newest(folder, record.key);
        if ((stored?.loadId ?? null) !== expectedLoadId) throw fenced(record.key, stored);
        const next: StateRecord = { ...record, updatedAt: ctx.clock.now().toISOString() };
        if (!(await addVersion(folder, record.key, number + 1, next)))
          throw fenced(record.key, (await newest(folder, record.key)).record);
      },
      delete: async (key) => {
        for (;;) {
          const { number, record } = await newest(folder, key);
          if (record === null || (await addVersion(folder, key, number + 1, null))) return;
        }
      },
      close: () => Promise.resolve(),
    };
  },
});

const fenced = (key: string, stored: StateRecord | null): Error =>
  fail('DPONE_FENCED', `the state of ${key} was written by load ${stored?.loadId ?? '(none)'} meanwhile`);

/** Version 0 is a file without a number, as dpone wrote them before records had versions. */
const nameOf = (key: string, number: number): string =>
  `${encodeURIComponent(key)}${number === 0 ? '' : `@${number}`}.json`;

/** The key and version that a file's name says; undefined for any other file. */
function versionOf(name: string): { readonly key: string; readonly number: number } | undefined {
  const [, key, number = '0'] = /^([^@]+?)(?:@(\d+))?\.json$/.exec(name) ?? [];
  if (key === undefined) return undefined;
  try {
    return { key: decodeURIComponent(key), number: Number(number) };
  } catch {
    return undefined;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return [];
    throw fail('DPONE_FILE_UNREADABLE', `the folder of the state cannot be read: ${String(error)}`, {
      where: folder,
      cause: error,
    });
  }
}

const numbersOf = (names: readonly string[], key: string): number[] =>
  names.flatMap((name) => {
    const version = versionOf(name);
    return version?.key === key ? [version.number] : [];
  });

async function newest(folder: string, key: string): Promise<Version> {
  for (let look = 0; look < LOOKS; look++) {
    const numbers = numbersOf(await namesIn(folder), key);
    if (numbers.length === 0) return { number: 0, record: null };
    const number = Math.max(...numbers);
    const record = await read(join(folder, nameOf(key, number)));
    if (record !== undefined) return { number, record };
  }
  throw fail('DPONE_FILE_UNREADABLE', `the state of ${key} is written all the time`, { where: folder });
}

/** Null for a deleted record, undefined where the file is gone. */
async function read(path: string): Promise<StateRecord | null | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw fail('DPONE_FILE_UNREADABLE', `the state cannot be read: ${String(error)}`, { where: path, cause: error });
  }
  try {
    return JSON.parse(text) as StateRecord | null;
  } catch (error) {
    throw fail('DPONE_INPUT_INVALID', 'the state file is not JSON', {
      where: path,
      remedy: 'Restore the file, or remove it to begin anew.',
      cause: error,
    });
  }
}

/** Makes a version; false where another writer made it, or a later one, first. */
async function addVersion(folder: string, key: string, number: number, record: StateRecord | null): Promise<boolean> {
  const path = join(folder, nameOf(key, number));
  const temp = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeSynced(temp, `${stableJson(record)}\n`);
    if (!(await linked(temp, path))) return false;
  } catch (error) {
    throw fail('DPONE_ARTIFACT_WRITE', `the state cannot be written: ${String(error)}`, { where: path, cause: error });
  } finally {
    await rm(temp, { force: true });
  }
  await syncDirectory(dirname(path));
  const names = await namesIn(folder);
  // A writer that was paused since it looked can find its number free again, because so many later ones were made.
  if (Math.max(...numbersOf(names, key)) >= number + KEPT) {
    await rm(path, { force: true });
    return false;
  }
  const old = names.filter((name) => isOld(name, key, number));
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
  return true;
}

async function writeSynced(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** False where the version is there already, or so long ago that what was to become it has been removed. */
async function linked(temp: string, path: string): Promise<boolean> {
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
}

/** Whether a file is of a version that needs no longer stay, or was left by a writer of one that died. */
function isOld(name: string, key: string, number: number): boolean {
  const version = versionOf(name.replace(/\.[0-9a-f]{12}\.tmp$/, ''));
  return version?.key === key && version.number <= number - KEPT;
}
