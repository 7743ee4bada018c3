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
          const writer = new RangeWriter(file, from);
          await pour(store, object, range, transfer, (chunk) => writer.take(chunk));
          await writer.flush();
        }),
      );
    }
    await all(parts);
  } finally {
    await file.close();
  }
}

/** What comes in small pieces goes to the disk in larger ones; so much is in memory of each range. */
const GATHERED = 1 << 20;

class RangeWriter {
  readonly #file: FileHandle;
  readonly #gathered = Buffer.allocUnsafeSlow(GATHERED);
  #position: number;
  #length = 0;

  constructor(file: FileHandle, position: number) {
    this.#file = file;
    this.#position = position;
  }

  async take(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + GATHERED - this.#length);
      this.#gathered.set(piece, this.#length);
      this.#length += piece.length;
      at += piece.length;
      if (this.#length === GATHERED) await this.flush();
    }
  }

  async flush(): Promise<void> {
    for (let done = 0; done < this.#length;) {
      const at = this.#position + done;
      done += (await this.#file.write(this.#gathered, done, this.#length - done, at)).bytesWritten;
    }
    this.#position += this.#length;
    this.#length = 0;
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 20_000;

/** The bytes of a range in memory, for small ones. */
export async function bytesOf(
  store: Store,
  object: StoredObject,
  range: Range,
  by: Pick<Transfer, 'attempts' | 'signal'>,
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(range.to - range.from);
  let done = 0;
  await pour(store, object, range, by, (chunk) => {
    bytes.set(chunk, done);
    done += chunk.length;
  });
  return bytes;
}

/**
 * Hands over the bytes of a range in their order. What fails before an answer begins is sent again by the SDK; an answer
 * that breaks off is asked for here again, from where it ended.
 */
async function pour(
  store: Store,
  object: StoredObject,
  { from, to }: Range,
  { attempts, signal }: Pick<Transfer, 'attempts' | 'signal'>,
  take: (chunk: Uint8Array) => void | Promise<void>,
): Promise<void> {
  const where = uriOf(object);
  let at = from;
  for (let attempt = 1; ; attempt += 1) {
    const begun = at;
    const whole = at === 0 && to === object.size;
    const body = await store.get(object, whole ? undefined : { from: at, to }, signal).catch((error: unknown) => {
      throw getError(error, object);
    });
    const broken = await poured(body, async (chunk) => {
      if (at + chunk.length > to)
        throw fail('DPONE_SOURCE_CHANGED', `${where} gave more than was asked for`, { where });
      await take(chunk);
      at += chunk.length;
    });
    if (at === to) return;
    signal.throwIfAborted();
    // Whoever makes progress may begin anew: only a store that gives nothing is given up.
    if (at > begun) attempt = 1;
    if (attempt >= attempts)
      throw s3Error(broken ?? new Error('the answer ended early'), `reading ${where}`, where, 'DPONE_SOURCE_READ');
    await sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt), undefined, { signal });
  }
}

/** What a body that broke off ended with; what `take` throws is thrown. */
async function poured(body: AsyncIterable<Uint8Array>, take: (chunk: Uint8Array) => Promise<void>): Promise<unknown> {
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<Uint8Array, unknown>;
    try {
      next = await chunks.next();
    } catch (error) {
      return error;
    }
    if (next.done === true) return undefined;
    try {
      await take(next.value);
    } catch (error) {
      await chunks.return?.();
      throw error;
    }
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
