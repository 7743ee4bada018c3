import type { LocalCopies } from './local-copies.js';
import type { StoredObject } from './store.js';

const SMALLEST = 16 << 20;
const LARGEST = 256 << 20;

/** Neighbours together, so that each part is worth a statement and a few of them fit on the disk. */
export function splitObjects(objects: readonly StoredObject[], parallel: number): StoredObject[][] {
  const total = objects.reduce((sum, one) => sum + one.size, 0);
  const wanted = Math.min(LARGEST, Math.max(SMALLEST, total / (2 * Math.max(1, parallel))));
  const parts: StoredObject[][] = [];
  let bytes = Infinity;
  for (const one of objects) {
    if (bytes >= wanted) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(one);
    bytes += one.size;
  }
  return parts;
}

/** The copies of each partition: brought when it is asked for, and the next ones while it is loaded. */
export class PartitionFiles {
  readonly #copies: LocalCopies;
  readonly #parts: readonly (readonly StoredObject[])[];
  readonly #most: number;
  readonly #started = new Map<number, Promise<string[]>>();
  #here = 0;

  constructor(copies: LocalCopies, parts: readonly (readonly StoredObject[])[], parallel: number) {
    this.#copies = copies;
    this.#parts = parts;
    this.#most = parallel + 1;
  }

  async take(index: number): Promise<string[]> {
    const paths = await (this.#started.get(index) ?? this.#start(index));
    this.#goOn();
    return paths;
  }

  async release(index: number): Promise<void> {
    const paths = await this.#started.get(index);
    if (paths === undefined) return;
    await this.#copies.remove(paths);
    this.#here -= 1;
    this.#goOn();
  }

  /** Waits for what is under way; afterwards nothing is written. */
  async settle(): Promise<void> {
    this.#here = Infinity;
    await Promise.allSettled(this.#started.values());
  }

  #start(index: number): Promise<string[]> {
    this.#here += 1;
    const paths = this.#copies.fetch(this.#parts[index]!);
    // It is met when the partition is asked for.
    paths.catch(() => {});
    this.#started.set(index, paths);
    return paths;
  }

  #goOn(): void {
    for (let index = 0; index < this.#parts.length && this.#here < this.#most; index += 1)
      if (!this.#started.has(index)) void this.#start(index);
  }
}
