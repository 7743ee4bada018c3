import { fail, type RowBatch } from '@dpone/sdk';
import { Request, type Connection } from 'tedious';
import { mssqlError, type Doing } from './errors.js';
import type { ReadValue } from './read-value.js';

/** Rows a batch: enough that a batch costs nothing beside its rows. */
const BATCH_ROWS = 2048;
/** What a batch may hold of large values, in characters or bytes. */
const BATCH_SIZE = 4 << 20;
/** Batches that wait to be taken before the server must wait. */
const QUEUED = 2;

interface Cell {
  readonly value: unknown;
}

/** Runs a SELECT and gives its rows as batches. Who stops before the end leaves the connection in the middle of it. */
export async function* rowBatches(
  connection: Connection,
  sql: string,
  readers: readonly ReadValue[],
  doing: Doing,
  signal: AbortSignal | undefined,
): AsyncGenerator<RowBatch> {
  const queue: RowBatch[] = [];
  let batch = emptyBatch(readers.length);
  let size = 0;
  let ended = false;
  let failed: unknown;
  let wake: () => void = () => undefined;
  const request = new Request(sql, (error) => {
    if (error) failed ??= error;
    ended = true;
    wake();
  });
  const push = (): void => {
    const { columns } = batch;
    queue.push({ rows: columns[0]?.length ?? 0, columns });
    batch = emptyBatch(readers.length);
    size = 0;
    if (queue.length >= QUEUED) request.pause();
    wake();
  };
  request.on('row', (cells: readonly Cell[]) => {
    if (failed !== undefined) return;
    try {
      for (let c = 0; c < readers.length; c++) {
        const { value } = cells[c]!;
        if (typeof value === 'string' || Buffer.isBuffer(value)) size += value.length;
        batch.columns[c]!.push(value === null ? null : readers[c]!(value));
      }
    } catch (error) {
      failed = error;
      connection.cancel();
      return;
    }
    if (batch.columns[0]!.length >= BATCH_ROWS || size >= BATCH_SIZE) push();
  });
  const abort = (): void => {
    failed ??= fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
    connection.cancel();
    wake();
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    connection.execSqlBatch(request);
    for (;;) {
      if (failed !== undefined) throw mssqlError(failed, doing);
      const next = queue.shift();
      if (next !== undefined) {
        request.resume();
        yield next;
      } else if (ended) break;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (batch.columns[0]!.length > 0) yield { rows: batch.columns[0]!.length, columns: batch.columns };
  } finally {
    signal?.removeEventListener('abort', abort);
    if (!ended) connection.cancel();
  }
}

const emptyBatch = (width: number): { readonly columns: unknown[][] } => ({
  columns: Array.from({ length: width }, () => []),
});
