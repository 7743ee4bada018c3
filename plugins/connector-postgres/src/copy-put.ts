import type { Socket } from 'node:net';

/** Sends bytes; their memory may be used again when the promise is kept. */
export type Put = (bytes: Buffer) => Promise<void>;

/** Message types of the client: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

/** What the driver gives a query to send itself with. */
interface DriverConnection {
  readonly stream: Socket;
  query(text: string): void;
  sendCopyFail(message: string): void;
}

/**
 * `COPY ... FROM STDIN` whose bytes go to the socket from where they are, run by the driver like a query: the other half
 * of a feed. Every piece is one message, however many rows it holds.
 */
export class CopyPut {
  readonly text: string;
  /** Settled when the server waits for data. */
  readonly ready: Promise<void>;
  /** The server's count; rejected with the first error. */
  readonly rows: Promise<number>;
  #connection: DriverConnection | undefined;
  #count = 0;
  readonly #asError: (error: unknown) => Error;
  #error: Error | undefined;
  #begin!: () => void;
  #resolve!: (rows: number) => void;
  #reject!: (error: unknown) => void;

  constructor(text: string, asError: (error: unknown) => Error) {
    this.text = text;
    this.#asError = asError;
    this.rows = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const begun = new Promise<void>((resolve) => {
      this.#begin = resolve;
    });
    this.ready = Promise.race([begun, this.rows.then(() => undefined)]);
    // Both are waited for, one after the other.
    this.rows.catch(() => undefined);
    this.ready.catch(() => undefined);
  }

  /** Sends a piece; its memory may be used again when the promise is kept. */
  put(bytes: Buffer): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    const { stream } = this.#connection!;
    const header = Buffer.allocUnsafe(5);
    header[0] = COPY_DATA;
    header.writeInt32BE(bytes.length + 4, 1);
    return new Promise((resolve, reject) => {
      stream.cork();
      stream.write(header);
      stream.write(bytes, (error) => (error ? reject(this.#asError(error)) : resolve()));
      stream.uncork();
    });
  }

  /** All is sent. */
  end(): void {
    this.#connection!.stream.write(COPY_DONE);
  }

  /** Has the server forget what it was sent; the connection is of no further use. */
  stop(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#reject(error);
    if (this.#connection?.stream.writable === true) this.#connection.sendCopyFail('stopped before its end');
  }

  submit(connection: DriverConnection): void {
    this.#connection = connection;
    connection.query(this.text);
  }

  handleCopyInResponse(): void {
    this.#begin();
  }

  handleCommandComplete(message: { readonly text?: string }): void {
    this.#count = Number(/^COPY (\d+)/.exec(message.text ?? '')?.[1] ?? 0);
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#count);
  }

  handleError(error: Error): void {
    this.#error ??= this.#asError(error);
    this.#reject(this.#error);
  }
}
