import { fail, type RowBatch } from '@dpone/sdk';
import { Request, type Connection } from 'tedious';
import { mssqlError, type Doing } from './errors.js';
import { bulkLoad, type BulkCall } from './bulk-load.js';
import { rowBatches } from './row-stream.js';
import type { ReadValue } from './read-value.js';

/** A row by column name: values as the driver gives them (bigint and decimal texts, dates, buffers, numbers). */
export type Row = Readonly<Record<string, unknown>>;

/** One connection, with errors in dpone's words. Statements of one session run one after the other. */
export class Session {
  readonly #connection: Connection;
  readonly #giveBack: (connection: Connection, reusable: boolean) => void;
  #closed = false;
  #inTransaction = false;
  #busy = false;

  constructor(connection: Connection, giveBack: (connection: Connection, reusable: boolean) => void) {
    this.#connection = connection;
    this.#giveBack = giveBack;
  }

  /** True in the middle of a statement, and from then on where its rows were not taken to the end. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Runs statements that change no rows, or whose count does not matter. */
  async run(sql: string, doing: Doing, signal?: AbortSignal): Promise<void> {
    await this.#batch(sql, doing, signal);
  }

  /**
   * Runs one statement; resolves with how many rows it changed itself. The server's own counts on the wire hold those of
   * triggers, too.
   */
  async change(sql: string, doing: Doing, signal?: AbortSignal): Promise<number> {
    const rows = await this.#batch(`${sql};\nSELECT ROWCOUNT_BIG() AS n`, doing, signal);
    return Number(rows.at(-1)?.['n'] ?? 0);
  }

  async rows(sql: string, doing: Doing, signal?: AbortSignal): Promise<Row[]> {
    return this.#batch(sql, doing, signal);
  }

  /** The first row, or undefined. */
  async row(sql: string, doing: Doing, signal?: AbortSignal): Promise<Row | undefined> {
    return (await this.#batch(sql, doing, signal))[0];
  }

  /** The only value of the only row, as a number. */
  async count(sql: string, doing: Doing, signal?: AbortSignal): Promise<number> {
    return Number(Object.values((await this.row(sql, doing, signal)) ?? {})[0] ?? 0);
  }

  /** Runs `work` in one transaction; any error rolls it back and is the one that is thrown. */
  async transaction<T>(doing: Doing, work: () => Promise<T>): Promise<T> {
    await this.begin(doing);
    try {
      const value = await work();
      await this.run('COMMIT TRANSACTION', doing);
      this.#inTransaction = false;
      return value;
    } catch (error) {
      // A connection that is gone has rolled back by itself; the first error is the one that matters.
      await this.rollback();
      throw error;
    }
  }

  /** Begins a transaction that {@link rollback} ends. */
  async begin(doing: Doing, isolation: 'READ COMMITTED' | 'SNAPSHOT' = 'READ COMMITTED'): Promise<void> {
    await this.run(`SET TRANSACTION ISOLATION LEVEL ${isolation}`, doing);
    await this.run('BEGIN TRANSACTION', doing);
    this.#inTransaction = true;
  }

  async rollback(): Promise<void> {
    if (!this.#inTransaction || this.#busy) return;
    const doing: Doing = { what: 'rolling back', code: 'DPONE_SINK_WRITE' };
    await this.run('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION', doing).then(
      () => (this.#inTransaction = false),
      () => undefined,
    );
  }

  /** The result of a SELECT as batches of the rows lane; the server waits while nobody takes them. */
  async *read(
    sql: string,
    readers: readonly ReadValue[],
    doing: Doing,
    signal?: AbortSignal,
  ): AsyncGenerator<RowBatch> {
    this.#begin(doing, signal);
    // Until the last row has come the connection is in the middle of a statement, and no use for anything else.
    yield* rowBatches(this.#connection, sql, readers, doing, signal);
    this.#busy = false;
  }

  /** `INSERT BULK`; resolves with the server's count of its rows. */
  async bulk(call: BulkCall, doing: Doing, signal?: AbortSignal): Promise<number> {
    this.#begin(doing, signal);
    const rows = await bulkLoad(this.#connection, call, doing, signal);
    this.#busy = false;
    return rows;
  }

  /** Gives the connection back. One with an open transaction or statement is closed for good. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#giveBack(this.#connection, !this.#inTransaction && !this.#busy);
  }

  #begin(doing: Doing, signal: AbortSignal | undefined): void {
    if (this.#closed) throw fail('DPONE_INTERNAL', `${doing.what}: the session is closed`);
    if (signal?.aborted === true) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
    if (this.#busy) throw fail('DPONE_CONNECTION_FAILED', `${doing.what}: the connection was left in a statement`);
    this.#busy = true;
  }

  async #batch(sql: string, doing: Doing, signal: AbortSignal | undefined): Promise<Row[]> {
    this.#begin(doing, signal);
    const rows: Row[] = [];
    const cancel = (): void => void this.#connection.cancel();
    try {
      await new Promise<void>((resolve, reject) => {
        const request = new Request(sql, (error) => (error ? reject(error) : resolve()));
        request.on('row', (cells: readonly { value: unknown; metadata: { colName: string } }[]) =>
          rows.push(Object.fromEntries(cells.map((cell) => [cell.metadata.colName, cell.value]))),
        );
        signal?.addEventListener('abort', cancel, { once: true });
        this.#connection.execSqlBatch(request);
      });
      return rows;
    } catch (error) {
      throw mssqlError(error, doing);
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#busy = false;
    }
  }
}
