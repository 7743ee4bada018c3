import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import {
  fail,
  isDponeError,
  type ConstantColumn,
  type FileTarget,
  type Lane,
  type LaneData,
  type LaneId,
  type RowBatch,
  type Schema,
} from '@dpone/sdk';
import type { Take } from './copy-feed.js';
import { copyTextBatches } from './copy-text-rows.js';
import { postgresError, type Doing } from './errors.js';
import type { Lent } from './partition-session.js';
import { selectSql, type RowSet } from './select-sql.js';
import { constantList, csvOptions, selectList } from './select-list.js';

/** One part of a read. */
export interface PartitionRead {
  readonly schema: Schema;
  readonly rows: RowSet;
  readonly lend: () => Promise<Lent>;
  readonly doing: Doing;
  readonly signal: AbortSignal;
}

/** A part's data on a lane. Its COPY begins when the data is asked for. */
export async function partitionData(read: PartitionRead, lane: Lane): Promise<LaneData> {
  const { schema } = read;
  switch (lane.id) {
    case 'pg-copy-binary':
      return streamed(read, lane.id, 'FORMAT binary');
    case 'pg-copy-text':
      return streamed(read, lane.id, 'FORMAT text');
    case 'parquet':
    case 'csv': {
      const write = lane.id === 'csv' ? writeCsv : writeParquetFile;
      return {
        transport: 'push',
        schema,
        takesConstants: true,
        write: (target, signal, constants) => write(read, target, signal, constants ?? []),
      };
    }
    case 'rows':
      return { transport: 'rows', schema, batches: batches(read) };
    default:
      throw fail('DPONE_NO_LANE', `a postgres source gives no ${lane.id}`);
  }
}

const copySql = (read: PartitionRead, lane: LaneId, options: string, more: readonly string[] = []): string =>
  `COPY (${selectSql([selectList(read.schema.columns, lane), ...more].filter((s) => s !== '').join(', '), read.rows)}) TO STDOUT (${options})`;

async function streamed(
  read: PartitionRead,
  lane: 'pg-copy-binary' | 'pg-copy-text',
  options: string,
): Promise<LaneData> {
  const lent = await read.lend();
  const copy = lent.session.copyOut(copySql(read, lane, options), read.doing, read.signal);
  const sent = copy.rows.then(
    async (rows) => {
      await lent.done(true);
      return rows;
    },
    async (error: unknown) => {
      await lent.done(false);
      throw error;
    },
  );
  // Who reads the stream meets its error there.
  sent.catch(() => undefined);
  return { transport: 'stream', lane, schema: read.schema, format: {}, stream: copy, sent };
}

/** Rows of one COPY; however the caller leaves, the session is given back. */
async function* batches(read: PartitionRead): AsyncGenerator<RowBatch> {
  const lent = await read.lend();
  let whole = false;
  try {
    const copy = lent.session.copyOut(copySql(read, 'rows', 'FORMAT text'), read.doing, read.signal);
    let rows = 0;
    for await (const batch of copyTextBatches(copy, read.schema)) {
      rows += batch.rows;
      yield batch;
    }
    const sent = await copy.rows;
    whole = true;
    if (sent !== rows)
      throw fail('DPONE_COUNT_MISMATCH', `${read.doing.what}: ${sent} rows were sent, ${rows} arrived`);
  } catch (error) {
    throw postgresError(error, read.doing);
  } finally {
    await lent.done(whole);
  }
}

type Written = Promise<{ rows: number; bytes: number }>;
type Constants = readonly ConstantColumn[];

async function writeCsv(read: PartitionRead, target: FileTarget, signal: AbortSignal, constants: Constants): Written {
  const lent = await read.lend();
  let whole = false;
  try {
    const sql = copySql(read, 'csv', csvOptions(target.format), constantList(constants));
    const copy = lent.session.copyOut(sql, read.doing, signal);
    const file = createWriteStream(target.path);
    await (target.compression === 'none'
      ? pipeline(copy, file, { signal })
      : pipeline(copy, compressor(target.compression), file, { signal }));
    const rows = await copy.rows;
    whole = true;
    return { rows, bytes: (await stat(target.path)).size };
  } catch (error) {
    throw writeError(error, read, target);
  } finally {
    await lent.done(whole);
  }
}

/** Fast, as what is written is mostly read once. */
function compressor(compression: 'gzip' | 'zstd'): NodeJS.ReadWriteStream {
  if (compression === 'gzip') return zlib.createGzip({ level: 1 });
  if (typeof zlib.createZstdCompress !== 'function')
    throw fail('DPONE_NODE_VERSION', 'this Node.js has no zstd: it came with 22.15', {
      remedy: 'Use a newer Node.js, or gzip.',
    });
  return zlib.createZstdCompress({ params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } });
}

async function writeParquetFile(
  read: PartitionRead,
  target: FileTarget,
  signal: AbortSignal,
  constants: Constants,
): Written {
  const lent = await read.lend();
  let whole = false;
  try {
    const sql = copySql(read, 'parquet', 'FORMAT binary');
    const feed = (take: Take): Promise<number> => lent.session.feedOut(sql, take, read.doing, signal);
    const { writeParquet } = await import('./write-parquet.js');
    const { sent, ...written } = await writeParquet(feed, read.schema.columns, target, constants);
    whole = true;
    if (sent !== written.rows)
      throw fail('DPONE_COUNT_MISMATCH', `${read.doing.what}: ${sent} rows were sent, ${written.rows} arrived`);
    return written;
  } catch (error) {
    throw writeError(error, read, target);
  } finally {
    await lent.done(whole);
  }
}

/** The file's own errors are told from the server's. */
function writeError(error: unknown, { doing }: PartitionRead, target: FileTarget): Error {
  if (isDponeError(error)) return error;
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  const ofFile = syscall === 'open' || syscall === 'write';
  if (!ofFile || code === undefined || code === 'EPIPE') return postgresError(error, doing);
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return fail(full ? 'DPONE_DISK_FULL' : 'DPONE_SINK_WRITE', `writing ${target.path}: ${message}`, {
    where: target.path,
    cause: error,
  });
}
