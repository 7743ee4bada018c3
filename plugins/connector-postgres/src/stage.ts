import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  fail,
  type FileSet,
  type FileTarget,
  type LaneData,
  type RejectedRow,
  type Schema,
  type StageResult,
} from '@dpone/sdk';
import { CopyOut } from './copy-out.js';
import type { Put } from './copy-put.js';
import { CopyTextWriter, refuseBad, type BadValue } from './copy-text.js';
import { carry, copyInto, staging, withSession, type Progress, type StageContext } from './stage-context.js';

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
      return stagePull(data, partition, ctx, onProgress);
    case 'push':
      return stagePush(data, partition, ctx, onProgress);
    case 'rows':
      return stageRows(data, partition, ctx, onProgress);
  }
}

/** Another server's COPY, byte by byte: from one socket's memory to the other socket, where the stream is of this plugin. */
async function stageStream(
  { stream, lane }: LaneData & { transport: 'stream' },
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  const sql = copyInto(ctx, lane === 'pg-copy-binary' ? 'binary' : 'text');
  const { signal } = ctx.plugin;
  let bytes = 0;
  return withSession(ctx, async (session) => {
    if (!(stream instanceof CopyOut)) {
      const rows = await carry(stream, session.copyIn(sql, staging, signal), signal, (sum) =>
        onProgress(0, (bytes = sum)),
      );
      return { rows, bytes, rejected: 0 };
    }
    const pour = (put: Put): Promise<void> =>
      stream.pour((piece) => {
        onProgress(0, (bytes += piece.length));
        return put(piece);
      });
    try {
      return { rows: await session.feedIn(sql, pour, staging, signal), bytes, rejected: 0 };
    } catch (error) {
      stream.destroy();
      throw error;
    }
  });
}

/** Files that the codec reads: it makes one plain file of them, strictly, which goes on as COPY's binary form. */
async function stagePull(
  data: LaneData & { transport: 'pull' },
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  const { files, schema } = data;
  if (files.paths.length === 0) return { rows: 0, bytes: 0, rejected: 0 };
  const codec = await ctx.plugin.codecs.for(files.lane, 'parquet');
  return withSpool(partition, ctx, async (to) => {
    const request = { from: files, to, schema, constants: [], badRows: ctx.spec.badRows };
    const { rows, rejected } = await codec.convert(request, ctx.plugin.signal);
    await setAside(rejected, partition, ctx);
    const { stageParquet } = await import('./stage-parquet.js');
    const staged = await stageParquet(to.path, schema, ctx, onProgress);
    if (staged !== rows) throw fail('DPONE_COUNT_MISMATCH', `the codec read ${rows} rows, ${staged} were staged`);
    return { rows, bytes: await sizeOf(files), rejected: rejected.length };
  });
}

const sizeOf = async (files: FileSet): Promise<number> =>
  (await Promise.all(files.paths.map(async (path) => (await stat(path)).size))).reduce((a, b) => a + b, 0);

/** The source's engine writes the plain file. */
async function stagePush(
  data: LaneData & { transport: 'push' },
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  return withSpool(partition, ctx, async (to) => {
    await data.write(to, ctx.plugin.signal);
    const bytes = (await stat(to.path)).size;
    const { stageParquet } = await import('./stage-parquet.js');
    return { rows: await stageParquet(to.path, data.schema, ctx, onProgress), bytes, rejected: 0 };
  });
}

/** Rows a row group of a file that is read once: one of them is in memory at a time. */
const ROW_GROUP = 61_440;

async function withSpool<T>(partition: number, ctx: StageContext, work: (to: FileTarget) => Promise<T>): Promise<T> {
  const path = join(await ctx.plugin.tempDir(), `${ctx.load.loadId}-${partition}.parquet`);
  const format = { pageCompression: 'none', rowGroupRows: ROW_GROUP } as const;
  try {
    return await work({ lane: 'parquet', path, compression: 'none', format });
  } finally {
    await rm(path, { force: true });
  }
}

async function stageRows(
  data: LaneData & { transport: 'rows' },
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  const writer = new CopyTextWriter(rowsSchema(data.schema, ctx));
  const bad: RejectedRow[] = [];
  const onBad =
    ctx.spec.badRows === 'fail'
      ? refuseBad
      : (row: BadValue): number =>
          bad.push({ row: row.record, reason: row.reason, diagnostics: { column: row.column } });
  let rejected = 0;
  const staged = await withSession(ctx, async (session) => {
    const copy = session.copyIn(copyInto(ctx, 'text'), staging, ctx.plugin.signal);
    async function* lines(): AsyncIterable<string> {
      let rows = 0;
      for await (const batch of data.batches) {
        const part = writer.lines(batch, onBad);
        if (bad.length > 0) {
          rejected += bad.length;
          await setAside(bad.splice(0), partition, ctx);
        }
        rows += part.rows;
        onProgress(rows, 0);
        if (part.text !== '') yield part.text;
      }
    }
    return carry(Readable.from(lines(), { objectMode: false }), copy, ctx.plugin.signal);
  });
  return { rows: staged, rejected };
}

/** Values are judged as the types that staging has, which hold what the source's do. */
const rowsSchema = (schema: Schema, ctx: StageContext): Schema => ({
  columns: schema.columns.map((c, i) => ({ ...c, name: ctx.spec.columns[i]?.name ?? c.name })),
});

/** Keeps rejected rows with the load, on a connection of its own: the COPY goes on meanwhile. */
export async function setAside(rows: readonly RejectedRow[], partition: number, ctx: StageContext): Promise<void> {
  if (rows.length === 0) return;
  await withSession(ctx, async (session) => {
    const sql = `COPY ${ctx.names.rejects} ("partition", "position", "reason", "row", "diagnostics") FROM STDIN (FORMAT csv)`;
    const copy = session.copyIn(sql, staging, ctx.plugin.signal);
    const lines = rows.map((row, i) =>
      [partition, i, ...[row.reason, JSON.stringify(row.row), JSON.stringify(row.diagnostics)].map(csvField)].join(','),
    );
    await carry(Readable.from([`${lines.join('\n')}\n`], { objectMode: false }), copy, ctx.plugin.signal);
  });
}

const csvField = (text: string): string => `"${text.replaceAll('\0', '').replaceAll('"', '""')}"`;
