import type { ChunkRecord } from './chunk-record.js';
import type { Stored } from './ledger.js';

/** The chunks that are still to be loaded, in the order of their ranges; each is given out once. */
export class ChunkQueue {
  readonly #waiting: Stored<ChunkRecord>[];
  #closed = false;

  /** What is committed, cancelled or set aside is left out; what failed is tried again. */
  constructor(chunks: readonly Stored<ChunkRecord>[]) {
    this.#waiting = chunks.filter(({ value }) => value.status === 'pending' || value.status === 'failed');
  }

  take(): Stored<ChunkRecord> | undefined {
    return this.#closed ? undefined : this.#waiting.shift();
  }

  /** Gives out no more. */
  close(): void {
    this.#closed = true;
  }

  get left(): number {
    return this.#waiting.length;
  }
}
