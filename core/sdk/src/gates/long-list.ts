import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseExactJson } from '../util/exact-json.js';
import { orderedJson } from '../util/stable-json.js';

const BRAND = '@dpone/StoredList';

/** A list whose items are in a temporary file: it is read anew each time, and never in memory as a whole. */
export interface StoredList<T> extends Iterable<T> {
  readonly $$type: typeof BRAND;
  readonly length: number;
  /** All of it: for readers that know only arrays. */
  toJSON(): T[];
}

export type LongList<T> = readonly T[] | StoredList<T>;

export const isStoredList = (value: unknown): value is StoredList<unknown> =>
  typeof value === 'object' && value !== null && (value as { $$type?: unknown }).$$type === BRAND;

/** So many items are an array like any other. */
export const MOST_IN_MEMORY = 10_000;
const CHUNK = 64 * 1024;

export function firstOf<T>(list: Iterable<T>, count: number): T[] {
  const found: T[] = [];
  for (const item of list) {
    if (found.length === count) break;
    found.push(item);
  }
  return found;
}

/** The items as a list: in memory where they are few, else in a file that is gone when the process ends. They are JSON values. */
export async function longList<T>(items: AsyncIterable<T>): Promise<LongList<T>> {
  const few: T[] = [];
  let file: ReturnType<typeof temporaryFile> | undefined;
  let length = 0;
  for await (const item of items) {
    length += 1;
    if (length <= MOST_IN_MEMORY) {
      few.push(item);
      continue;
    }
    if (file === undefined) {
      file = temporaryFile();
      for (const early of few.splice(0)) file.append(early);
    }
    file.append(item);
  }
  if (file === undefined) return few;
  file.flush();
  const { read } = file;
  return {
    $$type: BRAND,
    length,
    toJSON: () => [...read()] as T[],
    [Symbol.iterator]: () => read() as Iterator<T>,
  };
}

function temporaryFile() {
  const folder = mkdtempSync(join(tmpdir(), 'dpone-list-'));
  const file = openSync(join(folder, 'items'), 'wx+', 0o600);
  removeWhenDone(folder, file);
  let pending = '';
  const flush = (): void => {
    for (let bytes = Buffer.from(pending); bytes.length > 0;) bytes = bytes.subarray(writeSync(file, bytes));
    pending = '';
  };
  return {
    append: (item: unknown): void => {
      pending += `${orderedJson(item, 0)}\n`;
      if (pending.length >= CHUNK) flush();
    },
    flush,
    read: function* (): Generator<unknown, void, undefined> {
      const chunk = Buffer.alloc(CHUNK);
      let rest = Buffer.alloc(0);
      for (let at = 0; ;) {
        const count = readSync(file, chunk, 0, CHUNK, at);
        if (count === 0) return;
        at += count;
        rest = Buffer.concat([rest, chunk.subarray(0, count)]);
        for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
          yield parseExactJson(rest.toString('utf8', 0, end));
          rest = rest.subarray(end + 1);
        }
      }
    },
  };
}

/** An open file needs no name; where the system wants one (Windows), the file goes with the process. */
function removeWhenDone(folder: string, file: number): void {
  try {
    rmSync(folder, { recursive: true });
  } catch {
    process.once('exit', () => {
      closeSync(file);
      rmSync(folder, { recursive: true, force: true });
    });
  }
}
