import type { Socket } from 'node:net';
import { giveReadsBack, takeReads } from './connection/own-memory.js';

/** Takes bytes that are valid until it returns, or until what it returns is settled. */
export type Take = (bytes: Buffer) => Promise<void> | void;

/** Message types of the server: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const COPY_DATA = 0x64;
/** What may stand between the rows, and is no news of the COPY: its answer, a parameter, a notice, a notification. */
const PASSED_OVER = new Set([0x48, 0x53, 0x4e, 0x41]);
/** A type, and a length that counts itself. */
const HEADER = 5;

/** What the driver gives a query to send itself with. */
interface DriverConnection {
  readonly stream: Socket;
  query(text: string): void;
}

type OnData = (chunk: Buffer) => void;

/**
 * `COPY ... TO STDOUT` whose bytes are handed over where the socket left them, run by the driver like a query. The server
 * sends a message a row; the headers are closed up in place, so a row costs neither a buffer nor a copy of its own. For
 * who is done with the bytes at once; who keeps them wants a stream.
 */
export class CopyFeed {
  readonly text: string;
  /** The server's count, once everything is taken; rejected with the first error. */
  readonly rows: Promise<number>;
  readonly #take: Take;
  readonly #onData: OnData = (chunk) => this.#parse(chunk);
  #connection: DriverConnection | undefined;
  #driver: OnData | undefined;
  /** Whether the bytes are taken from the socket's own memory; those of TLS are not. */
  #direct = false;
  /** A header that was cut by the end of a piece. */
  #partial: Buffer = EMPTY;
  /** Bytes that are left of the message that was cut, and whether they are data. */
  #left = 0;
  #isData = false;
  #taking: Promise<void> | undefined;
  #count = 0;
  #resolve!: (rows: number) => void;
  #reject!: (error: unknown) => void;

  constructor(text: string, take: Take) {
    this.text = text;
    this.#take = take;
    this.rows = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Called by the driver when it is this query's turn. */
  submit(connection: DriverConnection): void {
    const { stream } = connection;
    this.#connection = connection;
    [this.#driver] = stream.listeners('data') as OnData[];
    this.#direct = takeReads(stream, this.#onData);
    if (!this.#direct) stream.off('data', this.#driver!).on('data', this.#onData);
    connection.query(this.text);
  }

  handleError(error: Error): void {
    this.stop(error);
  }

  handleCommandComplete(message: { readonly text?: string }): void {
    this.#count = Number(/^COPY (\d+)/.exec(message.text ?? '')?.[1] ?? 0);
  }

  handleReadyForQuery(): void {
    void (this.#taking ?? Promise.resolve()).then(() => this.#resolve(this.#count), this.#reject);
  }

  /** Ends it where it is; the connection is of no further use. */
  stop(error: unknown): void {
    if (this.#driver !== undefined) this.#connection?.stream.off('data', this.#onData).pause();
    this.#driver = undefined;
    this.#reject(error);
  }

  #parse(chunk: Buffer): void {
    let left = this.#left;
    let isData = this.#isData;
    let rest: Buffer | undefined;
    /** What is data moves to the front of the chunk, up to here. */
    let end = 0;
    for (let at = 0; at < chunk.length;) {
      if (left > 0) {
        const here = Math.min(left, chunk.length - at);
        if (isData) {
          chunk.copyWithin(end, at, at + here);
          end += here;
        }
        left -= here;
        at += here;
        continue;
      }
      const known = this.#partial.length;
      const head = known === 0 ? chunk : Buffer.concat([this.#partial, chunk.subarray(at, at + HEADER - known)]);
      const start = known === 0 ? at : 0;
      if (head.length - start < HEADER) {
        this.#partial = Buffer.from(head.subarray(start));
        break;
      }
      this.#partial = EMPTY;
      at += HEADER - known;
      const type = head[start]!;
      isData = type === COPY_DATA;
      if (!isData && !PASSED_OVER.has(type)) {
        rest = Buffer.concat([head.subarray(start, start + HEADER), chunk.subarray(at)]);
        break;
      }
      left =
        ((head[start + 1]! << 24) | (head[start + 2]! << 16) | (head[start + 3]! << 8) | head[start + 4]!) + 1 - HEADER;
    }
    this.#left = left;
    this.#isData = isData;
    if (end > 0) this.#hand(chunk.subarray(0, end), rest !== undefined);
    if (rest !== undefined) this.#giveBack(rest);
  }

  #hand(bytes: Buffer, last: boolean): void {
    try {
      const taking = this.#take(bytes);
      if (taking === undefined) return;
      this.#taking = taking;
      const { stream } = this.#connection!;
      stream.pause();
      taking.then(
        () => {
          if (!last && this.#driver !== undefined) stream.resume();
        },
        (error: unknown) => this.stop(error),
      );
    } catch (error) {
      this.stop(error);
    }
  }

  /** The COPY is over, or has failed: the rest is for the driver. */
  #giveBack(rest: Buffer): void {
    const driver = this.#driver;
    if (driver === undefined) return;
    this.#driver = undefined;
    const { stream } = this.#connection!;
    if (this.#direct) giveReadsBack(stream, rest);
    else {
      stream.off('data', this.#onData).on('data', driver);
      driver(rest);
    }
    stream.resume();
  }
}

const EMPTY = Buffer.alloc(0);
