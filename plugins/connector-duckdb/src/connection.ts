import { constants } from 'node:fs';
import { access, open as openFile, mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { fail } from '@dpone/sdk';
import { duckdbError } from './errors.js';
import { Session } from './session.js';

export type Mode = 'read' | 'write';

export interface EngineLimits {
  readonly memoryBytes: number;
  readonly threads: number;
}

/** One open database file of this process. DuckDB locks a file per process, so all users of one file share it. */
interface Entry {
  instance: DuckDBInstance;
  mode: Mode;
  handles: number;
  sessions: number;
}

/** Instants are read and written in UTC; the bar is not printed, but DuckDB only counts progress where it would be. */
const SESSION_SETTINGS = "SET TimeZone = 'UTC'; SET enable_progress_bar = true; SET enable_progress_bar_print = false";

const open = new Map<string, Entry>();
/** Opening and closing one after the other: two at once could open one file twice, which breaks its POSIX locks. */
let turn: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = turn.then(work);
  turn = result.catch(() => undefined);
  return result;
}

/** A user's hold on a database: sessions come from it, and the file is released when the last holder closes. */
export interface Database {
  readonly path: string;
  session(): Promise<Session>;
  close(): Promise<void>;
}

/** The options with which dpone runs DuckDB, whatever it does; no extension is ever fetched. */
export function engineOptions(limits: EngineLimits, tempDirectory: string): Record<string, string> {
  return {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    memory_limit: `${engineMemory(limits.memoryBytes)}B`,
    threads: String(engineThreads(limits)),
    preserve_insertion_order: 'false',
    temp_directory: tempDirectory,
  };
}

/** DuckDB's own limit does not count read buffers, allocator slack and the library; measured, they take about this much. */
const OUTSIDE_LIMIT = 96 * 2 ** 20;
const LEAST = 96 * 2 ** 20;

export const engineMemory = (memoryBytes: number): number => Math.max(LEAST, memoryBytes - OUTSIDE_LIMIT);

/** Measured: with less than this for each thread a load of csv, jsonl or parquet runs out of memory. */
const FOR_EACH_THREAD = 32 * 2 ** 20;

/** As many threads as the memory feeds. */
export const engineThreads = ({ memoryBytes, threads }: EngineLimits): number =>
  Math.max(1, Math.min(threads, Math.floor(engineMemory(memoryBytes) / FOR_EACH_THREAD)));

/** The absolute path of a connection's database; `:memory:` stays what it is. */
export function databasePath(path: string, workdir: string): string {
  return path === ':memory:' ? path : resolve(workdir, path);
}

/** The same file under one name, whichever link leads to it; a file that is not there yet is named by its folder. */
async function identity(path: string): Promise<string> {
  return realpath(path).catch(async () => {
    const folder = await realpath(dirname(path)).catch(() => dirname(path));
    return join(folder, basename(path));
  });
}

/**
 * Opens a database file, sharing it with whoever has it open in this process. Throws DPONE_TARGET_LOCKED where another
 * process holds it, DPONE_TARGET_READ_ONLY where it cannot be written.
 */
export async function openDatabase(
  path: string,
  mode: Mode,
  limits: EngineLimits,
  tempDirectory: () => Promise<string>,
): Promise<Database> {
  const key = path === ':memory:' ? `:memory:${Math.random()}` : await identity(path);
  if (mode === 'write' && path !== ':memory:') await assertWritable(path);
  const options = engineOptions(limits, await tempDirectory());
  const entry = await inTurn(() => acquire(key, path, mode, options));
  let held = true;
  return {
    path,
    session: async () => {
      const connection = await entry.instance.connect();
      entry.sessions += 1;
      const session = new Session(connection, () => {
        entry.sessions -= 1;
      });
      await session.run(SESSION_SETTINGS, { what: 'opening a session', code: 'DPONE_INTERNAL' });
      return session;
    },
    close: () =>
      inTurn(async () => {
        if (!held) return;
        held = false;
        entry.handles -= 1;
        if (entry.handles > 0) return;
        open.delete(key);
        entry.instance.closeSync();
      }),
  };
}

async function acquire(key: string, path: string, mode: Mode, options: Record<string, string>): Promise<Entry> {
  const known = open.get(key);
  if (known !== undefined && (known.mode === 'write' || mode === 'read')) {
    known.handles += 1;
    return known;
  }
  if (known !== undefined) {
    if (known.sessions > 0)
      throw fail('DPONE_TARGET_LOCKED', `${path} is being read by this process and cannot be opened for writing`);
    known.instance.closeSync();
    known.instance = await create(path, mode, options);
    known.mode = mode;
    known.handles += 1;
    return known;
  }
  const entry: Entry = { instance: await create(path, mode, options), mode, handles: 1, sessions: 0 };
  open.set(key, entry);
  return entry;
}

async function create(path: string, mode: Mode, options: Record<string, string>): Promise<DuckDBInstance> {
  const readOnly = mode === 'read' && path !== ':memory:';
  try {
    // From the driver's own cache: where a handle of the same file is still alive (a result that nobody read to its end),
    // a second instance beside it would overwrite its work.
    const open = path === ':memory:' ? DuckDBInstance.create : DuckDBInstance.fromCache;
    return await open.call(DuckDBInstance, path, { ...options, ...(readOnly ? { access_mode: 'READ_ONLY' } : {}) });
  } catch (error) {
    if (await isBeingMade(path, error))
      throw fail('DPONE_TARGET_LOCKED', `opening ${path}: another process is making it`, { cause: error });
    throw duckdbError(error, {
      what: `opening ${path}`,
      code: mode === 'write' ? 'DPONE_SINK_WRITE' : 'DPONE_CONNECTION_FAILED',
    });
  }
}

/** A process that lives writes a new file's headers at once. */
const MAKING_MS = 10_000;

/** Whether a file is none yet because another process has just begun it: DuckDB locks a new file after it was made. */
async function isBeingMade(path: string, error: unknown): Promise<boolean> {
  if (!/not a valid DuckDB database file/.test(String(error))) return false;
  const file = await openFile(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
    const begun = buffer.subarray(0, bytesRead).every((byte) => byte === 0) || buffer.subarray(8).equals(MAGIC);
    return begun && Date.now() - (await file.stat()).mtimeMs < MAKING_MS;
  } finally {
    await file.close();
  }
}

/** What the first header has behind its checksum (https://duckdb.org/docs/stable/internals/storage). */
const MAGIC = Buffer.from('DUCK');

/** DuckDB falls back to reading where it may not write; a load must not find that out after staging. */
async function assertWritable(path: string): Promise<void> {
  const exists = await fileExists(path);
  if (!exists)
    await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
      throw fail('DPONE_CONNECTION_FAILED', `the folder of ${path} cannot be made`, { where: path, cause: error });
    });
  for (const target of exists ? [path, dirname(path)] : [dirname(path)]) {
    await access(target, constants.W_OK).catch((error: unknown) => {
      throw fail('DPONE_TARGET_READ_ONLY', `${target} cannot be written`, { where: path, cause: error });
    });
  }
  // A file without any write bit is meant to be left alone, also by root, whom the system lets write it.
  if (exists && ((await stat(path)).mode & 0o222) === 0)
    throw fail('DPONE_TARGET_READ_ONLY', `${path} is marked read-only`, { where: path });
}

export const fileExists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A nameless database in memory, for reading and writing files. */
export async function openMemory(limits: EngineLimits, tempDirectory: () => Promise<string>): Promise<Database> {
  return openDatabase(':memory:', 'write', limits, tempDirectory);
}
