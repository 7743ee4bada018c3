import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  fail,
  type FileSet,
  type FileTarget,
  type LaneData,
  type LoadRef,
  type RemoteFiles,
  type RowBatch,
  type Schema,
  type StageResult,
  type StagingSpec,
} from '@dpone/sdk';
import type { Doing } from './errors.js';
import { LineWriter, type BadRow } from './line-writer.js';
import type { LoadTables } from './names.js';
import { predicateSql } from './predicate-sql.js';
import type { Session } from './session.js';
import { ident, tableName } from './sql.js';
import { fromNative, fromOwnText, fromParquet, fromPgText, type Arriving } from './stage-columns.js';
import { insertArriving, type Reads } from './staging-sql.js';

/** One load's staging, as the ways of filling it see it. */
export interface StageContext {
  readonly session: Session;
  readonly tables: LoadTables;
  readonly load: LoadRef;
  readonly spec: StagingSpec;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly tempDir: () => Promise<string>;
  readonly wideTimes: boolean;
  /** Statements behind which every replica has all staged rows. */
  readonly catchUp: readonly string[];
}

export type Progress = (rows: number, bytes: number) => void;

const doing: Doing = { what: 'staging', code: 'DPONE_SINK_WRITE' };

export async function stageData(
  data: LaneData,
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  switch (data.transport) {
    case 'stream':
      return stageStream(data, ctx, onProgress);
    case 'pull':
      return data.remote === undefined
        ? stageFiles(data.files, data.schema, ctx, onProgress)
        : stageRemote(data.remote, data.files, data.schema, ctx, onProgress);
    case 'push':
      return stagePush(data, partition, ctx, onProgress);
    case 'rows':
      return stageRows(data.batches, data.schema, partition, ctx, onProgress);
  }
}

const statement = (ctx: StageContext, arriving: Arriving, from: Reads, where?: string): string =>
  insertArriving(ctx.tables.rows, arriving, from, ctx.load, ctx.spec, ctx.now().toISOString(), where);

async function stageStream(
  data: LaneData & { transport: 'stream' },
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  const { columns } = data.schema;
  const { spec, session, signal, wideTimes } = ctx;
  if (data.lane !== 'native' && data.lane !== 'pg-copy-text')
    throw fail('DPONE_NO_LANE', `the clickhouse sink takes no stream of ${data.lane}`);
  const arriving =
    data.lane === 'native'
      ? fromNative(columns, spec.columns, wideTimes)
      : fromPgText(columns, spec.columns, wideTimes);
  const sql = statement(ctx, arriving, { format: data.lane === 'native' ? 'Native' : 'TabSeparated' });
  const rows = await session.send(sql, data.stream, doing, signal);
  onProgress(rows, 0);
  return { rows, rejected: 0 };
}

/** Parquet files, one statement each: the server takes their bytes as they are. */
async function stageFiles(
  files: FileSet,
  schema: Schema,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  if (files.lane !== 'parquet' || files.compression !== 'none')
    throw fail('DPONE_NO_LANE', `the clickhouse sink takes no ${files.compression} ${files.lane} files`);
  const arriving = fromParquet(schema.columns, ctx.spec.columns, ctx.wideTimes);
  const where = files.where === undefined ? undefined : predicateSql(files.where, (name) => `i.${ident(name)}`);
  const sql = statement(ctx, arriving, { format: 'Parquet' }, where);
  let [rows, bytes] = [0, 0];
  for (const path of files.paths) {
    bytes += await sizeOf(path);
    rows += await ctx.session.send(sql, createReadStream(path), doing, ctx.signal);
    onProgress(rows, bytes);
  }
  return { rows, bytes, rejected: 0 };
}

/** Objects that the server reads itself, one statement each. */
async function stageRemote(
  { urls, keys }: RemoteFiles,
  files: FileSet,
  schema: Schema,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  const arriving = fromParquet(schema.columns, ctx.spec.columns, ctx.wideTimes);
  const where = files.where === undefined ? undefined : predicateSql(files.where, (name) => `i.${ident(name)}`);
  const secrets = keys === null ? [] : [keys.secretAccessKey, keys.sessionToken ?? ''].filter((one) => one !== '');
  let rows = 0;
  for (const url of urls) {
    const sql = statement(ctx, arriving, { s3: { url, keys } }, where);
    rows += await ctx.session.insertSelect(sql, doing, ctx.signal, secrets);
    onProgress(rows, 0);
  }
  return { rows, rejected: 0 };
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw fail('DPONE_SOURCE_NOT_FOUND', `${path} is not there`, { where: path, cause: error });
  });
  return found.size;
}

/** The source's engine writes a file into the run's own folder, which is then read like any other and removed. */
async function stagePush(
  data: LaneData & { transport: 'push' },
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  const path = join(await ctx.tempDir(), `${ctx.load.loadId}-${partition}.parquet`);
  // Read once, at once, and removed: to compress it would only take time.
  const target: FileTarget = { lane: 'parquet', path, compression: 'none', format: { pageCompression: 'none' } };
  try {
    await data.write(target, ctx.signal);
    return await stageFiles({ ...target, paths: [path] }, data.schema, ctx, onProgress);
  } finally {
    await rm(path, { force: true });
  }
}

/** Values in JavaScript, as lines of TabSeparated in one statement. */
async function stageRows(
  batches: AsyncIterable<RowBatch>,
  schema: Schema,
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  const { spec, session, signal } = ctx;
  const writer = new LineWriter(schema.columns, spec.columns, ctx.wideTimes);
  const bad: BadRow[] = [];
  const onBad = (row: BadRow): void => {
    if (spec.badRows === 'fail') throw fail('DPONE_VALUE_OUT_OF_RANGE', row.reason, { where: `column ${row.column}` });
    bad.push(row);
  };
  let seen = 0;
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const batch of batches) {
      const text = writer.lines(batch, onBad);
      seen += batch.rows;
      onProgress(seen - bad.length, 0);
      if (text !== '') yield Buffer.from(text);
    }
  }
  const sql = statement(ctx, fromOwnText(schema.columns, spec.columns), { format: 'TabSeparated' });
  const first = lines();
  const begun = await first.next();
  // A statement without a body is sent none: the server would wait for it.
  const rows =
    begun.done === true
      ? 0
      : await session.send(sql, Readable.from(again(begun.value, first), { objectMode: false }), doing, signal);
  if (bad.length > 0) await insertRejects(ctx, partition, bad);
  return { rows, rejected: bad.length };
}

async function* again(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function insertRejects(ctx: StageContext, partition: number, bad: readonly BadRow[]): Promise<void> {
  const lines = bad.map(({ reason, record, column }) =>
    JSON.stringify({
      partition,
      reason,
      row: JSON.stringify(record),
      diagnostics: JSON.stringify({ partition, column }),
    }),
  );
  const sql = `INSERT INTO ${tableName(ctx.tables.rejects)} (partition, reason, row, diagnostics) FORMAT JSONEachRow`;
  await ctx.session.send(
    sql,
    Readable.from([Buffer.from(`${lines.join('\n')}\n`)], { objectMode: false }),
    doing,
    ctx.signal,
  );
}
