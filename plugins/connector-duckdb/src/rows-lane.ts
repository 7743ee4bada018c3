import type { DuckDBDataChunk } from '@duckdb/node-api';
import { fail, type RowBatch, type Schema } from '@dpone/sdk';
import { duckdbError, type Doing } from './errors.js';
import type { Session } from './session.js';
import { valueCodec } from './values.js';

/**
 * A query as batches of the rows lane, one a chunk of DuckDB's: memory stays flat. However the caller leaves, the result
 * is read to its end or broken off: an open one keeps the database file open until the garbage collector comes by.
 */
export async function* queryBatches(
  session: Session,
  sql: string,
  schema: Schema,
  doing: Doing,
  signal: AbortSignal,
): AsyncIterable<RowBatch> {
  const codecs = schema.columns.map((c) => valueCodec(c.type));
  for await (const chunk of chunks(session, sql, doing, signal)) {
    const columns = codecs.map((codec, i) =>
      chunk.getColumnValues(i).map((value) => (value === null ? null : codec.fromDuckDB(value))),
    );
    yield { rows: chunk.rowCount, columns };
  }
}

/** The chunks of a streaming result; see {@link queryBatches} on how it ends. */
export async function* chunks(
  session: Session,
  sql: string,
  doing: Doing,
  signal: AbortSignal,
): AsyncIterable<DuckDBDataChunk> {
  const result = await session.stream(sql, doing, signal);
  const next = (): Promise<DuckDBDataChunk | null> =>
    result.fetchChunk().catch((error: unknown) => {
      throw duckdbError(error, doing);
    });
  let ended = false;
  try {
    for (;;) {
      if (signal.aborted) throw fail('DPONE_CANCELLED', `${doing.what}: cancelled`);
      const chunk = await next().catch((error: unknown) => {
        ended = true;
        throw error;
      });
      if (chunk === null || chunk.rowCount === 0) {
        ended = true;
        return;
      }
      yield chunk;
    }
  } finally {
    if (!ended) await breakOff(session, next);
  }
}

async function breakOff(session: Session, next: () => Promise<DuckDBDataChunk | null>): Promise<void> {
  session.connection.interrupt();
  try {
    for (let chunk = await next(); chunk !== null && chunk.rowCount > 0; chunk = await next());
  } catch {
    // The interruption itself: the result is closed by it.
  }
}
