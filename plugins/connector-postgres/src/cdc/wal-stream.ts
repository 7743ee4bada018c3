import type { Socket } from 'node:net';
import { fail, quoteIdent } from '@dpone/sdk';
import { postgresError, type Doing } from '../errors.js';
import type { Session } from '../session.js';
import { textLiteral } from '../sql.js';
import { lsnText } from './lsn.js';

/** A message of pgoutput, or how far the server has read the log. */
export type WalFrame = Buffer | { readonly sentTo: bigint };

export interface WalOptions {
  readonly slot: string;
  readonly publication: string;
  /** From where on; also what the slot is told to be done with, so that the server may remove the log before it. */
  readonly from: bigint;
  /** How often the server is told that somebody is there, in milliseconds. */
  readonly statusMs: number;
  readonly doing: Doing;
  readonly signal: AbortSignal;
}

/** The part of the driver's protocol layer that streams: messages as they come, the socket that can be paused. */
interface Wire {
  readonly stream: Socket;
  on(event: 'copyData', listener: (message: { readonly chunk: Buffer }) => void): unknown;
  once(event: 'replicationStart', listener: () => void): unknown;
  off(event: 'copyData', listener: (message: { readonly chunk: Buffer }) => void): unknown;
  sendCopyFromChunk(chunk: Buffer): void;
  end(): void;
}

/** Bytes that may lie ready before the socket is paused: then the server waits. */
const AHEAD = 1 << 18;
/** How long the server may take to let a connection go, in milliseconds. */
const LEAVE_MS = 5000;
/** 2000-01-01 in milliseconds since 1970: https://www.postgresql.org/docs/current/protocol-replication.html */
const EPOCH_MS = 946_684_800_000;

const WAL_DATA = 0x77;
const KEEPALIVE = 0x6b;
const WAL_HEADER = 25;

/**
 * The log from one slot, as `START_REPLICATION ... LOGICAL` sends it. Memory is that of {@link AHEAD} and one message: who
 * takes frames slowly makes the server wait, and is still heard of. What is confirmed is `from` and never more.
 */
export class WalStream {
  readonly #session: Session;
  readonly #options: WalOptions;
  readonly #wire: Wire;
  readonly #timer: NodeJS.Timeout;
  #ready: WalFrame[] = [];
  #bytes = 0;
  #wake: () => void = () => undefined;
  #failed: Error | undefined;

  /** `session` takes replication commands and is closed with the stream. */
  constructor(session: Session, options: WalOptions) {
    this.#session = session;
    this.#options = options;
    this.#wire = (session.client as Session['client'] & { readonly connection: Wire }).connection;
    this.#wire.on('copyData', this.#onMessage);
    this.#wire.once('replicationStart', () => this.#sendStatus(true));
    const { slot, publication, from, doing, signal } = options;
    const settings = `proto_version '1', publication_names ${textLiteral(quoteIdent(publication))}`;
    const sql = `START_REPLICATION SLOT ${quoteIdent(slot)} LOGICAL ${lsnText(from)} (${settings})`;
    session.client.query(sql).then(
      () => this.#fail(fail('DPONE_CONNECTION_FAILED', `${doing.what}: the server ended the stream of its log`)),
      (error: unknown) => this.#fail(postgresError(error, doing)),
    );
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = setInterval(() => this.#sendStatus(true), options.statusMs);
  }

  /** What has come, in parts, without an end: who has enough leaves. */
  async *frames(): AsyncGenerator<readonly WalFrame[]> {
    for (;;) {
      if (this.#ready.length > 0) {
        const frames = this.#ready;
        this.#ready = [];
        this.#bytes = 0;
        this.#wire.stream.resume();
        yield frames;
      } else if (this.#failed === undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      } else throw this.#failed;
    }
  }

  /** Takes leave; resolves when the server has let go of the slot, so that the next one finds it free. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    const { stream } = this.#wire;
    this.#wire.off('copyData', this.#onMessage);
    // It may be in the middle of a large transaction: what still comes is thrown away.
    stream.resume();
    if (!stream.destroyed) {
      const gone = new Promise<void>((resolve) => void stream.once('close', () => resolve()));
      const late = setTimeout(() => stream.destroy(), LEAVE_MS);
      this.#wire.end();
      await gone;
      clearTimeout(late);
    }
    await this.#session.close();
  }

  readonly #onMessage = ({ chunk }: { readonly chunk: Buffer }): void => {
    if (chunk[0] === KEEPALIVE) {
      this.#ready.push({ sentTo: chunk.readBigUInt64BE(1) });
      if (chunk[17] === 1) this.#sendStatus(false);
    } else if (chunk[0] === WAL_DATA) {
      // A copy: the driver uses its memory again.
      this.#ready.push(Buffer.from(chunk.subarray(WAL_HEADER)));
      this.#bytes += chunk.length;
    }
    if (this.#bytes > AHEAD) this.#wire.stream.pause();
    this.#wake();
  };

  readonly #onAbort = (): void => {
    this.#fail(fail('DPONE_CANCELLED', `${this.#options.doing.what}: cancelled`));
    this.#wire.stream.destroy();
  };

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#wake();
  }

  /** "Standby status update"; with `answer`, the server says at once how far it has read. */
  #sendStatus(answer: boolean): void {
    const { from } = this.#options;
    const message = Buffer.alloc(34);
    message.write('r', 0, 'latin1');
    for (const at of [1, 9, 17]) message.writeBigUInt64BE(from, at);
    message.writeBigInt64BE(BigInt(Date.now() - EPOCH_MS) * 1000n, 25);
    message.writeUInt8(answer ? 1 : 0, 33);
    this.#wire.sendCopyFromChunk(message);
  }
}
