import type { Writable } from 'node:stream';
import type { Client, QueryResult } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { fail } from '@dpone/sdk';
import { CopyFeed, type Take } from './copy-feed.js';
import { CopyOut, type Feed } from './copy-out.js';
import { CopyPut, type Put } from './copy-put.js';
import { asError } from './connection/socket.js';
import { isServerError, postgresError, type Doing } from './errors.js';

/** A row by column name: every value as the text that the server sent, or null. */
export type Row = Readonly<Record<string, string | null>>;

/** What a connection takes part in beyond itself. */
export interface SessionHooks {
  /** Ends the statement that the backend runs at the moment, from another connection. */
  readonly cancel: (pid: number) => Promise<void>;
  /** Called once, when the session is given back; `reusable` where it is as it was when it was opened. */
  readonly onClose: (session: Session, reusable: boolean) => Promise<void>;
}

/** Values stay the texts that the server sent: what a value means is decided where it is known. */
const AS_TEXT = { getTypeParser: () => (value: string) => value };

/** Where COPY's bytes go, and how many rows the server says it took. */
export interface CopyStream {
  readonly stream: Writable;
  /** Settled when the command has completed. */
  readonly rows: Promise<number>;
}

/** One connection, with errors in dpone's words. Statements of one session run one after the other. */
export class Session {
  readonly client: Client;
  readonly #hooks: SessionHooks;
  #closed = false;
  #inTransaction = false;
  #broken = false;

  constructor(client: Client, hooks: SessionHooks) {
    this.client = client;
    this.#hooks = hooks;
  }

  /** The backend's process id. */
  get pid(): number {
    return (this.client as Client & { readonly processID: number }).processID;
  }

  /** Runs statements; resolves with how many rows the last one changed. */
  async run(sql: string, doing: Doing, signal?: AbortSignal): Promise<number> {
    const result = await this.#query(sql, doing, signal);
    return result.rowCount ?? 0;
  }

  /** Runs statements in one message, and in one transaction: all of them or none. Resolves with the rows of each. */
  async script(statements: readonly string[], doing: Doing, signal?: AbortSignal): Promise<Row[][]> {
    if (statements.length === 0) return [];
    return (await this.#queries(statements.join(';\n'), doing, signal)).map(({ rows }) => rows as Row[]);
  }

  async rows(sql: string, doing: Doing, signal?: AbortSignal): Promise<Row[]> {
    return (await this.#query(sql, doing, signal)).rows as Row[];
  }

  /** The first row, or undefined. */
  async row(sql: string, doing: Doing, signal?: AbortSignal): Promise<Row | undefined> {
    return (await this.rows(sql, doing, signal))[0];
  }

  /** The only value of the only row, as a number. */
  async count(sql: string, doing: Doing, signal?: AbortSignal): Promise<number> {
    const row = await this.row(sql, doing, signal);
    return Number(Object.values(row ?? {})[0] ?? 0);
  }

  /** Runs `work` in one transaction; any error rolls it back and is the one that is thrown. */
  async transaction<T>(doing: Doing, work: () => Promise<T>, begin: string = 'BEGIN'): Promise<T> {
    await this.begin(doing, begin);
    try {
      const value = await work();
      await this.run('COMMIT', doing);
      this.#inTransaction = false;
      return value;
    } catch (error) {
      // A connection that is gone has rolled back by itself; the first error is the one that matters.
      await this.rollback();
      throw error;
    }
  }

  /** Begins a transaction that {@link rollback} ends. */
  async begin(doing: Doing, begin: string = 'BEGIN'): Promise<void> {
    await this.run(begin, doing);
    this.#inTransaction = true;
  }

  async rollback(): Promise<void> {
    await this.client.query('ROLLBACK').then(
      () => (this.#inTransaction = false),
      () => undefined,
    );
  }

  /** `COPY ... TO STDOUT`: the stream's error is a dpone error. */
  copyOut(sql: string, doing: Doing, signal?: AbortSignal): CopyOut {
    const feed: Feed = (take, stopped) =>
      this.feedOut(sql, take, doing, signal === undefined ? stopped : AbortSignal.any([signal, stopped])).catch(
        (error: unknown) => {
          throw postgresError(error, doing);
        },
      );
    return new CopyOut(feed, () => fail('DPONE_CANCELLED', `${doing.what}: stopped before its end`));
  }

  /** `COPY ... FROM STDIN`. */
  copyIn(sql: string, doing: Doing, signal?: AbortSignal): CopyStream {
    return this.#copy(copyFrom(sql, { highWaterMark: COPY_BUFFER }) as unknown as CopyQuery, doing, signal);
  }

  /**
   * `COPY ... TO STDOUT` for who is done with the bytes at once; resolves with the server's count. Measured, it costs the
   * client a third less than a stream does.
   */
  async feedOut(sql: string, take: Take, doing: Doing, signal?: AbortSignal): Promise<number> {
    if (signal?.aborted === true) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
    const feed = new CopyFeed(sql, take);
    this.#broken = true;
    const abort = (): void => feed.stop(fail('DPONE_CANCELLED', `${doing.what}: cancelled`));
    signal?.addEventListener('abort', abort, { once: true });
    try {
      this.client.query(feed as never);
      const rows = await feed.rows;
      this.#broken = false;
      return rows;
    } catch (error) {
      throw isServerError(error) ? postgresError(error, doing) : error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** `COPY ... FROM STDIN` of what `pour` hands over, from where it is; resolves with the server's count. */
  async feedIn(sql: string, pour: (put: Put) => Promise<void>, doing: Doing, signal?: AbortSignal): Promise<number> {
    if (signal?.aborted === true) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
    const copy = new CopyPut(sql, (error) => postgresError(error, doing));
    this.#broken = true;
    const abort = (): void => copy.stop(fail('DPONE_CANCELLED', `${doing.what}: cancelled`));
    signal?.addEventListener('abort', abort, { once: true });
    try {
      this.client.query(copy as never);
      await copy.ready;
      // The server may refuse a row while nothing is poured.
      await Promise.race([pour((bytes) => copy.put(bytes)), copy.rows]);
      copy.end();
      const rows = await copy.rows;
      this.#broken = false;
      return rows;
    } catch (error) {
      copy.stop(asError(error));
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  #copy(query: CopyQuery, doing: Doing, signal: AbortSignal | undefined): CopyStream {
    if (signal?.aborted === true) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
    // Until the command has completed the connection is in the middle of it, and no use for anything else.
    this.#broken = true;
    const abort = (): void => void query.destroy(fail('DPONE_CANCELLED', `${doing.what}: cancelled`));
    signal?.addEventListener('abort', abort, { once: true });
    const rows = new Promise<number>((resolve, reject) => {
      const ready = query.handleReadyForQuery.bind(query);
      query.handleReadyForQuery = () => {
        ready();
        this.#broken = false;
        resolve(query.rowCount ?? 0);
      };
      const failed = query.handleError.bind(query);
      query.handleError = (error) => failed(postgresError(error, doing));
      // Not once: a COPY that was stopped hears of it from the server, too.
      query.on('error', (error) => reject(postgresError(error, doing)));
      query.once('close', () => {
        if (query.destroyed && query.errored === null && !query.writableFinished)
          reject(fail('DPONE_CANCELLED', `${doing.what}: stopped before its end`));
      });
    }).finally(() => signal?.removeEventListener('abort', abort));
    // Whoever pipes the stream may see its error there first.
    rows.catch(() => undefined);
    this.client.query(query as never);
    return { stream: query, rows };
  }

  /** Gives the connection back. One with an open transaction is closed for good. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#hooks.onClose(this, !this.#inTransaction && !this.#broken);
  }

  /** For the one who keeps sessions: makes a returned one usable again. */
  reopen(): this {
    this.#closed = false;
    return this;
  }

  /** Several statements in one text answer with a list, of which the last counts. */
  async #query(sql: string, doing: Doing, signal: AbortSignal | undefined): Promise<QueryResult> {
    return (await this.#queries(sql, doing, signal)).at(-1)!;
  }

  async #queries(sql: string, doing: Doing, signal: AbortSignal | undefined): Promise<QueryResult[]> {
    if (this.#closed) throw fail('DPONE_INTERNAL', `${doing.what}: the session is closed`);
    const isCancelled = (): boolean => signal?.aborted === true;
    if (isCancelled()) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
    const cancel = (): void => void this.#hooks.cancel(this.pid).catch(() => this.client.end());
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const result: QueryResult | QueryResult[] = await this.client.query({ text: sql, types: AS_TEXT });
      return Array.isArray(result) ? result : [result];
    } catch (error) {
      if (isCancelled()) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`, { cause: error });
      throw postgresError(error, doing);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }
}

/** What pg-copy-streams makes: a stream that the driver runs as a query. */
type CopyQuery = Writable & {
  readonly rowCount: number | null;
  handleReadyForQuery(): void;
  handleError(error: Error): void;
};

/** Bytes that COPY buffers on its way: enough that neither side waits for a row, little enough that memory stays flat. */
const COPY_BUFFER = 1 << 20;
