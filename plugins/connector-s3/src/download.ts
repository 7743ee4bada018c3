import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '@dpone/sdk';
import { isMissing, isPrecondition, s3Error } from './errors.js';
import { all, type Limit } from './limit.js';
import { uriOf } from './location.js';
import type { Store, StoredObject } from './store.js';

export interface Transfer {
  readonly partBytes: number;
  readonly attempts: number;
  readonly limit: Limit;
  readonly signal: AbortSignal;
}

/** Brings an object into a file, in parts side by side; each part is of the object that was listed or the load fails. */
export async function download(store: Store, object: StoredObject, path: string, transfer: Transfer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    const parts: Promise<void>[] = [];
    for (let from = 0; from < object.size; from += transfer.partBytes) {
      const range = { from, to: Math.min(object.size, from + transfer.partBytes) };
      parts.push(
        transfer.limit(async () => {
          transfer.signal.throwIfAborted();
          await writeAt(file, await bytesOf(store, object, range, transfer), from);
        }),
      );
    }
    await all(parts);
  } finally {
    await file.close();
  }
}

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 20_000;

/**
 * The bytes of a range. What comes before an answer begins is sent again by the SDK; an answer that breaks off is asked
 * for here again, from where it ended.
 */
export async function bytesOf(
  store: Store,
  object: StoredObject,
  { from, to }: Range,
  { attempts, signal }: Pick<Transfer, 'attempts' | 'signal'>,
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(to - from);
  let done = 0;
  for (let attempt = 1; ; attempt += 1) {
    const begun = done;
    const whole = done === 0 && from === 0 && to === object.size;
    const body = await store
      .get(object, whole ? undefined : { from: from + done, to }, signal)
      .catch((error: unknown) => {
        throw getError(error, object);
      });
    try {
      for await (const chunk of body) {
        if (done + chunk.length > bytes.length)
          throw fail('DPONE_SOURCE_CHANGED', `${uriOf(object)} gave more than was asked for`);
        bytes.set(chunk, done);
        done += chunk.length;
      }
      if (done === bytes.length) return bytes;
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= attempts) throw s3Error(error, `reading ${uriOf(object)}`, uriOf(object), 'DPONE_SOURCE_READ');
    }
    if (attempt >= attempts)
      throw fail('DPONE_CONNECTION_FAILED', `${uriOf(object)} broke off ${attempts} times`, { where: uriOf(object) });
    // Whoever makes progress may begin anew: only a store that gives nothing is waited for.
    if (done > begun) attempt = 1;
    await sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt), undefined, { signal });
  }
}

function getError(error: unknown, object: StoredObject): Error {
  const where = uriOf(object);
  if (isPrecondition(error))
    return fail('DPONE_SOURCE_CHANGED', `while it was read, ${where} was replaced`, { where, cause: error });
  if (isMissing(error))
    return fail('DPONE_SOURCE_CHANGED', `while it was read, ${where} was removed`, { where, cause: error });
  return s3Error(error, `reading ${where}`, where, 'DPONE_SOURCE_READ');
}
