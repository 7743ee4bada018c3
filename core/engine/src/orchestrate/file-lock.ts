import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite, fail, isJsonObject, lives, stableJson, thisProcess, type Owner } from '@dpone/sdk';

export interface FileLockCall {
  /** Absolute. */
  readonly folder: string;
  readonly key: string;
  /** How long an owner on another machine may give no sign of life before its lock is taken over, in milliseconds. */
  readonly silenceMs: number;
  readonly clock: { now(): Date };
}

export interface HeldFileLock {
  readonly fence: number;
  readonly file: string;
  /** True where the owner before had died without giving the lock back. */
  readonly takenOver: boolean;
  /** The run that the owner before worked on; null where there was none. */
  readonly before: string | null;
  /** Fires when another owner has taken over. */
  readonly lost: AbortSignal;
  /** Says which run the owner works on; until then the lock names the one before. */
  runIs(runId: string): Promise<void>;
  release(): Promise<void>;
}

/** Who has the lock instead. */
export interface OtherOwner {
  readonly heldBy: { readonly runId: string | null; readonly owner: Owner; readonly since: string };
}

interface LockContent {
  readonly key: string;
  readonly token: string;
  readonly fence: number;
  /** Kept from owner to owner, until the owner says another: what the one before left is then never lost sight of. */
  readonly run_id: string | null;
  readonly owner: Owner;
  readonly created_at_epoch: number;
  readonly heartbeat_at: string;
  readonly released_at: string | null;
}

const MOST_TRIES = 20;

/**
 * Takes a lock of a folder that several processes, or machines, share. Each owner has a file of its own whose number is
 * one more than that of the owner before; the highest number is the lock, and it is created exclusively, so that of two
 * who find a dead owner one gets it. The file of the last owner stays, so that a number is never given twice.
 */
export async function takeFileLock(call: FileLockCall): Promise<HeldFileLock | OtherOwner> {
  await mkdir(call.folder, { recursive: true });
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const newest = (await fencesOf(call)).at(-1) ?? 0;
    const before = newest === 0 ? undefined : await read(call, newest);
    if (newest > 0 && before === undefined) continue; // Its file went while it was read: another is newer.
    if (before !== undefined && before.released_at === null && alive(before, call))
      return { heldBy: { runId: before.run_id, owner: before.owner, since: isoOf(before.created_at_epoch) } };
    const mine = contentOf(call, newest + 1, before?.run_id ?? null);
    if (!(await createExclusively(fileOf(call, mine.fence), mine))) continue;
    const others = (await fencesOf(call)).filter((fence) => fence !== mine.fence);
    if (others.some((fence) => fence > mine.fence)) {
      // Numbers went on while this one was chosen, and the older files were swept away.
      await rm(fileOf(call, mine.fence), { force: true });
      continue;
    }
    for (const fence of others) await rm(fileOf(call, fence), { force: true });
    return hold(call, mine, before !== undefined && before.released_at === null);
  }
  throw fail('DPONE_ARTIFACT_WRITE', `the lock ${call.key} could not be taken`, { where: call.folder });
}

function hold(call: FileLockCall, mine: LockContent, takenOver: boolean): HeldFileLock {
  const lost = new AbortController();
  const file = fileOf(call, mine.fence);
  let { run_id } = mine;
  const write = (change: Partial<LockContent>): Promise<void> =>
    atomicWrite(file, `${stableJson({ ...mine, run_id, heartbeat_at: call.clock.now().toISOString(), ...change })}\n`);
  const beat = async (): Promise<void> => {
    if ((await fencesOf(call)).some((fence) => fence > mine.fence)) {
      lost.abort(fail('DPONE_FENCED', `another run took the lock ${call.key} over`));
      return;
    }
    await write({});
  };
  let beating: Promise<void> = Promise.resolve();
  // A beat that cannot be written is made up for by the next one.
  const timer = setInterval(() => {
    beating = beating.then(beat).catch(() => undefined);
  }, call.silenceMs / 5).unref();
  return {
    fence: mine.fence,
    file,
    takenOver,
    before: mine.run_id,
    lost: lost.signal,
    runIs: async (runId) => {
      run_id = runId;
      await (beating = beating.then(() => write({})));
    },
    release: async () => {
      clearInterval(timer);
      await beating.catch(() => undefined);
      // Where it cannot be written, the owner's death gives the lock back.
      if (!lost.signal.aborted) await write({ released_at: call.clock.now().toISOString() }).catch(() => undefined);
    },
  };
}

const nameOf = (key: string): string => encodeURIComponent(key);
const fileOf = (call: FileLockCall, fence: number): string =>
  join(call.folder, `${nameOf(call.key)}.${String(fence).padStart(8, '0')}.lock.json`);
const isoOf = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();

/** Rising. */
async function fencesOf(call: FileLockCall): Promise<number[]> {
  const prefix = `${nameOf(call.key)}.`;
  return (await readdir(call.folder))
    .filter((name) => name.startsWith(prefix) && /^\d+\.lock\.json$/.test(name.slice(prefix.length)))
    .map((name) => Number.parseInt(name.slice(prefix.length), 10))
    .toSorted((a, b) => a - b);
}

async function read(call: FileLockCall, fence: number): Promise<LockContent | undefined> {
  const path = fileOf(call, fence);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw fail('DPONE_FILE_UNREADABLE', `the lock cannot be read (${error.code})`, { where: path, cause: error });
  });
  if (text === undefined) return undefined;
  const value: unknown = parse(text);
  if (isJsonObject(value) && isJsonObject(value['owner']) && typeof value['heartbeat_at'] === 'string')
    return value as unknown as LockContent;
  throw fail('DPONE_INPUT_INVALID', 'this is no lock of dpone', {
    where: path,
    remedy: 'Find out who wrote it; remove it once no run of this key is at work.',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const alive = (lock: LockContent, { clock, silenceMs }: FileLockCall): boolean =>
  lives(lock.owner, new Date(lock.heartbeat_at), clock.now(), silenceMs);

function contentOf({ key, clock }: FileLockCall, fence: number, runId: string | null): LockContent {
  const now = clock.now();
  return {
    key,
    token: randomUUID(),
    fence,
    run_id: runId,
    owner: thisProcess(),
    created_at_epoch: now.getTime() / 1000,
    heartbeat_at: now.toISOString(),
    released_at: null,
  };
}

/** False where the file is there already. It appears whole. */
async function createExclusively(path: string, content: LockContent): Promise<boolean> {
  const temp = `${path}.${content.token}.tmp`;
  await writeFile(temp, `${stableJson(content)}\n`, { flag: 'wx' });
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temp, { force: true });
  }
}
