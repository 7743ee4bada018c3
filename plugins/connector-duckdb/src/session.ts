import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import { fail } from '@dpone/sdk';
import { duckdbError, type Doing } from './errors.js';

/** A row by column name; integers beyond 32 bits are bigint. */
export type Row = Readonly<Record<string, unknown>>;

const WATCH_MS = 250;

/** One connection to a database, with errors in dpone's words. Statements of one session run one after the other. */
export class Session {
  readonly connection: DuckDBConnection;
  readonly #onClose: () => void;
  #closed = false;

  constructor(connection: DuckDBConnection, onClose: () => void) {
    this.connection = connection;
    this.#onClose = onClose;
  }

  /** Runs a statement; resolves with how many rows it changed. */
  async run(sql: string, doing: Doing, signal?: AbortSignal): Promise<number> {
    return this.#guarded(doing, signal, async () => {
      const result = await this.connection.run(sql);
      return result.rowsChanged;
    });
  }

  async rows(sql: string, doing: Doing, signal?: AbortSignal): Promise<Row[]> {
    return this.#guarded(doing, signal, async () => {
      const reader = await this.connection.runAndReadAll(sql);
      return reader.getRowObjectsJS();
    });
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

  /** A result that is fetched chunk by chunk: memory stays flat whatever its size. */
  async stream(sql: string, doing: Doing, signal?: AbortSignal): Promise<DuckDBResult> {
    return this.#guarded(doing, signal, () => this.connection.stream(sql));
  }

  /** Runs `work` in one transaction; any error rolls it back and is the one that is thrown. */
  async transaction<T>(doing: Doing, work: () => Promise<T>): Promise<T> {
    await this.run('BEGIN', doing);
    try {
      const value = await work();
      await this.run('COMMIT', doing);
      return value;
    } catch (error) {
      // A failed COMMIT has already ended the transaction; the first error is the one that matters.
      await this.connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Tells, until the function it gives is called, how far the running statement is (0 to 1) and how many rows it has read. */
  watch(tell: (share: number, rows: number) => void): () => void {
    const timer = setInterval(() => {
      const { percentage, rows_processed: rows } = this.connection.progress;
      if (percentage >= 0) tell(Math.min(1, percentage / 100), Number(rows));
    }, WATCH_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.connection.closeSync();
    this.#onClose();
  }

  async #guarded<T>(doing: Doing, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (signal?.aborted === true) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
    const interrupt = (): void => this.connection.interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      return await work();
    } catch (error) {
      throw duckdbError(error, doing);
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  }
}
