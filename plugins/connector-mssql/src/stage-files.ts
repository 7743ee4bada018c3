import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column, FileSet, LaneData, StageResult } from '@dpone/sdk';
import { setAside, stageRows } from './stage.js';
import type { Progress, StageContext } from './stage-context.js';

/** Text files that the codec reads as the types of staging: a guess at them from their first rows may be another one. */
export async function stageFiles(
  { files, schema }: LaneData & { transport: 'pull' },
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  if (files.paths.length === 0) return { rows: 0, rejected: 0 };
  const { codecs, signal } = ctx.plugin;
  const read = { columns: schema.columns.map(inMicroseconds) };
  if (ctx.spec.badRows === 'fail') {
    const codec = await codecs.for(files.lane);
    return stageRows(codec.read(files, read, signal), partition, ctx, onProgress);
  }
  const codec = await codecs.for(files.lane, 'parquet');
  const path = join(await ctx.plugin.tempDir(), `${ctx.load.loadId}-${partition}.parquet`);
  const good: FileSet = { lane: 'parquet', paths: [path], compression: 'none', format: {} };
  const to = { lane: 'parquet', path, compression: 'none', format: { pageCompression: 'none' } } as const;
  try {
    const request = { from: files, to, schema: read, constants: [], badRows: 'reject' } as const;
    const { rejected } = await codec.convert(request, signal);
    await setAside(rejected, partition, ctx);
    const staged = await stageRows(codec.read(good, read, signal), partition, ctx, onProgress);
    return { ...staged, rejected: staged.rejected + rejected.length };
  } finally {
    await rm(path, { force: true });
  }
}

/** The codec counts microseconds over all years of SQL Server, and finer over some of them only. A finer text is refused. */
function inMicroseconds(column: Column): Column {
  const { type } = column;
  return (type.kind === 'timestamp' || type.kind === 'time') && type.precision > 6
    ? { ...column, type: { ...type, precision: 6 } }
    : column;
}
