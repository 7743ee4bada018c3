import { fail } from '@dpone/sdk';
import type { Connection } from 'tedious';
import { bulkColumn } from './bulk-types.js';
import { mssqlError, type Doing } from './errors.js';

export interface BulkCall {
  /** Quoted. */
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Rows as values of the wire (`write-value.ts`), taken as fast as the server takes them. */
  readonly rows: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>;
}

interface BulkLoad {
  addColumn(name: string, type: unknown, options: object): void;
  cancel(): void;
}

/** What the driver's connection offers for bulk loads. */
interface BulkConnection {
  newBulkLoad(
    table: string,
    options: { readonly lockTable: boolean },
    callback: (error: Error | undefined | null, rows?: number) => void,
  ): BulkLoad;
  execBulkLoad(bulk: BulkLoad, rows: BulkCall['rows']): void;
}

/**
 * One `INSERT BULK ... WITH (TABLOCK)`: all of its rows or none. Several may fill one heap at a time: their
 * locks get along with each other. Columns that are not sent take their defaults (https://learn.microsoft.com/sql/t-sql/statements/bulk-insert-transact-sql#tablock).
 */
export async function bulkLoad(
  connection: Connection,
  { table, columns, rows }: BulkCall,
  doing: Doing,
  signal: AbortSignal | undefined,
): Promise<number> {
  const client = connection as unknown as BulkConnection;
  let given: unknown;
  let bulk: BulkLoad | undefined;
  const abort = (): void => bulk?.cancel();
  try {
    return await new Promise<number>((resolve, reject) => {
      bulk = client.newBulkLoad(table, { lockTable: true }, (error, count) =>
        error ? reject(error) : resolve(count ?? 0),
      );
      for (const { name, type } of columns) {
        const column = bulkColumn(type);
        // The driver puts names in brackets as they are.
        bulk.addColumn(name.replaceAll(']', ']]'), column.type, column.options);
      }
      signal?.addEventListener('abort', abort, { once: true });
      client.execBulkLoad(
        bulk,
        keepError(rows, (error) => {
          given ??= error;
        }),
      );
    });
  } catch (error) {
    if (signal?.aborted === true) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`, { cause: error });
    // What went wrong with the rows themselves is the reason, not that the load was then cut short.
    throw mssqlError(given ?? error, doing);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Notes what went wrong with the rows; what is no promise stays none, and the driver does not wait for it. */
function keepError(rows: BulkCall['rows'], onError: (error: unknown) => void): BulkCall['rows'] {
  const failed = (error: unknown): never => {
    onError(error);
    throw error;
  };
  return {
    [Symbol.asyncIterator]: () => {
      const from = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
      return {
        next: () => {
          try {
            const next = from.next();
            return next instanceof Promise ? next.catch(failed) : next;
          } catch (error) {
            return failed(error);
          }
        },
        return: async () => (await from.return?.()) ?? { done: true, value: undefined },
      } as AsyncIterator<readonly unknown[]>;
    },
  };
}
