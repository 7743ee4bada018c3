import { Readable } from 'node:stream';
import type { Take } from './copy-feed.js';

/** Runs a COPY whose bytes it hands over; resolves with the server's count. */
export type Feed = (take: Take, signal: AbortSignal) => Promise<number>;

/**
 * What `COPY ... TO STDOUT` sends, as a stream for who keeps its bytes. Who is done with them at once has them poured out
 * instead: then nothing is copied. The COPY begins when either does.
 */
export class CopyOut extends Readable {
  /** The server's count, once the command has completed. */
  readonly rows: Promise<number>;
  readonly #feed: Feed;
  readonly #stopped = new AbortController();
  #begun = false;
  #goOn: (() => void) | undefined;
  #resolve!: (rows: number) => void;
  #reject!: (error: unknown) => void;

  constructor(feed: Feed, stopped: () => Error) {
    super();
    this.#feed = feed;
    this.rows = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever reads the stream may see its error there first.
    this.rows.catch(() => undefined);
    // Does nothing where the count or an error is in.
    this.once('close', () => this.#reject(stopped()));
  }

  /** Hands all of the bytes to `take`, to be called once and instead of reading. */
  async pour(take: Take): Promise<void> {
    // What is thrown here is not heard of once more.
    this.on('error', () => undefined);
    await this.#begin(take);
  }

  override _read(): void {
    this.#goOn?.();
    if (!this.#begun) void this.#begin((bytes) => this.#keep(bytes)).catch(() => undefined);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stopped.abort();
    this.#goOn?.();
    done(error);
  }

  #keep(bytes: Buffer): Promise<void> | void {
    if (this.push(Buffer.from(bytes))) return;
    return new Promise((resolve) => {
      this.#goOn = resolve;
    });
  }

  async #begin(take: Take): Promise<void> {
    this.#begun = true;
    try {
      this.#resolve(await this.#feed(take, this.#stopped.signal));
      this.push(null);
    } catch (error) {
      this.#reject(error);
      this.destroy(error as Error);
      throw error;
    }
  }
}
