import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  fail,
  quoteIdent,
  quoteLiteral,
  type FileSet,
  type FileTarget,
  type LaneData,
  type LoadRef,
  type RowBatch,
  type Schema,
  type StageResult,
  type StagingSpec,
} from '@dpone/sdk';
import { plainValue } from '@dpone/sdk/connector';
import { refuseBad, RowAppender, type BadValue } from './appender.js';
import { convertTo } from './convert-sql.js';
import type { Doing } from './errors.js';
import { reading, textLayout, type FileGroup } from './file-layout.js';
import { readVerified } from './integrity.js';
import { BAD_COLUMN, type StagingNames } from './names.js';
import { scanFiles } from './read-files.js';
import { assertAllNoted, dropRejectTables, misreadRows, REJECT_COLUMNS, unsplitRows } from './rejects.js';
import type { Session } from './session.js';
import { insertStaged, stageFiles } from './staging-sql.js';
import { explainBadRow } from './strict-read.js';

/** One load's staging, as the ways of filling it see it. */
export interface StageContext {
  readonly names: StagingNames;
  readonly load: LoadRef;
  readonly spec: StagingSpec;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly tempDir: () => Promise<string>;
  readonly keepBackup: boolean;
}

export type Progress = (rows: number, bytes: number) => void;

const doing: Doing = { what: 'staging', code: 'DPONE_SINK_WRITE', missing: 'DPONE_SOURCE_NOT_FOUND' };

export async function stageData(
  session: Session,
  data: LaneData,
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  switch (data.transport) {
    case 'pull':
      return stagePull(session, data.files, data.schema, partition, ctx, onProgress);
    case 'push':
      return stagePush(session, data, partition, ctx, onProgress);
    case 'rows':
      return stageRows(session, data.batches, data.schema, partition, ctx, onProgress);
    default:
      throw fail('DPONE_NO_LANE', 'the duckdb sink takes no byte streams');
  }
}

/** Files that DuckDB reads itself, in one statement. */
async function stagePull(
  session: Session,
  files: FileSet,
  schema: Schema,
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  if (files.paths.length === 0) return { rows: 0, bytes: 0, rejected: 0 };
  const { names, spec, load, signal } = ctx;
  const groups = await textLayout(session, files);
  const scan = scanFiles(files, groups, schema, { badRows: spec.badRows });
  const sql = stageFiles(names, scan, schema.columns, load, spec, ctx.now().toISOString());
  const bytes = await totalSize(files.paths);
  const stop = session.watch((share, rows) => onProgress(rows, Math.round(bytes * share)));
  let staged: number;
  try {
    staged = await readVerified(session, files, signal, () => session.run(sql, reading(files), signal));
  } catch (error) {
    throw await explainBadRow(session, error, files, groups, schema);
  } finally {
    stop();
  }
  const rejected = await setAside(session, files, groups, schema, partition, ctx);
  onProgress(staged - rejected.misread, bytes);
  return { rows: staged - rejected.misread, bytes, rejected: rejected.misread + rejected.unsplit };
}

/** Moves what could not be read into the load's rejected rows, with line and reason. */
async function setAside(
  session: Session,
  files: FileSet,
  groups: readonly FileGroup[],
  schema: Schema,
  partition: number,
  ctx: StageContext,
): Promise<{ misread: number; unsplit: number }> {
  if (ctx.spec.badRows === 'fail' || files.lane === 'parquet') return { misread: 0, unsplit: 0 };
  const { names } = ctx;
  const into = `INSERT INTO ${names.rejects} ("partition", ${REJECT_COLUMNS}) SELECT ${partition}, ${REJECT_COLUMNS} FROM`;
  await assertAllNoted(session, files);
  const unsplit = await session.run(`${into} (${unsplitRows()})`, doing, ctx.signal);
  for (const statement of dropRejectTables) await session.run(statement, doing);
  const bad = `FROM ${names.rows} WHERE ${quoteIdent(BAD_COLUMN)}`;
  const misread = await session.count(`SELECT count(*) ${bad}`, doing);
  if (misread === 0) return { misread, unsplit };
  let found = 0;
  for (const group of groups)
    for (const path of group.paths) {
      found += await session.run(
        `${into} (${misreadRows({ files, group, path, schema, unsplit: names.rejects })})`,
        doing,
        ctx.signal,
      );
      for (const statement of dropRejectTables) await session.run(statement, doing);
    }
  if (found !== misread)
    throw fail('DPONE_SOURCE_CHANGED', `${misread} rows could not be read, a second look finds ${found}`);
  await session.run(`DELETE ${bad}`, doing);
  return { misread, unsplit };
}

async function totalSize(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path).catch((error: unknown) => {
        throw fail('DPONE_SOURCE_NOT_FOUND', `${path} is not there`, { where: path, cause: error });
      });
      return found.size;
    }),
  );
  return sizes.reduce((a, b) => a + b, 0);
}

/** The source's engine writes a file into the run's own folder, which is then read like any other and removed. */
async function stagePush(
  session: Session,
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
    const files: FileSet = { ...target, paths: [path] };
    return await stagePull(session, files, data.schema, partition, ctx, onProgress);
  } finally {
    await rm(path, { force: true });
  }
}

/** Rows that are gathered before they go to staging together. */
const ROWS_AT_ONCE = 65_536;

async function stageRows(
  session: Session,
  batches: AsyncIterable<RowBatch>,
  schema: Schema,
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  const buffer = '__dpone__rows';
  const appender = new RowAppender(session, buffer, schema, doing);
  await appender.create();
  const bad: BadValue[] = [];
  const onBad = ctx.spec.badRows === 'fail' ? refuseBad : (row: BadValue): number => bad.push(row);
  let [rows, rejected, waiting] = [0, 0, 0];
  const flush = async (): Promise<void> => {
    await session.run(moveRows(buffer, schema, ctx), doing, ctx.signal);
    await session.run(`TRUNCATE ${buffer}`, doing);
    if (bad.length > 0) await session.run(insertBad(ctx.names, bad, partition), doing);
    rejected += bad.splice(0).length;
    rows += waiting;
    waiting = 0;
    onProgress(rows, 0);
  };
  for await (const batch of batches) {
    if (ctx.signal.aborted) throw fail('DPONE_CANCELLED', 'staging: cancelled');
    waiting += await appender.append(batch, onBad);
    if (waiting >= ROWS_AT_ONCE || bad.length >= 1000) await flush();
  }
  await flush();
  await session.run(`DROP TABLE ${buffer}`, doing);
  return { rows, rejected };
}

function moveRows(buffer: string, schema: Schema, ctx: StageContext): string {
  // By position, as in stageFiles.
  const values = ctx.spec.columns.map(
    (c, i) => `${convertTo(quoteIdent(schema.columns[i]!.name), schema.columns[i]!, c)} AS ${quoteIdent(c.name)}`,
  );
  if (ctx.spec.badRows === 'reject') values.push(`CAST(NULL AS BOOLEAN) AS ${quoteIdent(BAD_COLUMN)}`);
  const relation = `SELECT ${values.join(', ')} FROM ${buffer}`;
  return insertStaged(ctx.names, relation, ctx.load, ctx.spec, ctx.now().toISOString());
}

function insertBad(names: StagingNames, bad: readonly BadValue[], partition: number): string {
  const rows = bad.map((b) => {
    const json = (value: unknown): string => quoteLiteral(JSON.stringify(plainValue(value)));
    return `(${partition}, NULL, NULL, ${quoteLiteral(b.reason)}, ${json(b.record)}, ${json({ column: b.column })})`;
  });
  return `INSERT INTO ${names.rejects} ("partition", ${REJECT_COLUMNS}) VALUES ${rows.join(', ')}`;
}
