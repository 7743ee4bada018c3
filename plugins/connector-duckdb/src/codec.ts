import { stat } from 'node:fs/promises';
import {
  fail,
  quoteIdent,
  type Codec,
  type Column,
  type ConvertRequest,
  type ConvertResult,
  type FileSchema,
  type FileSet,
  type FileTarget,
  type PluginContext,
  type RejectedRow,
  type RowBatch,
  type Schema,
} from '@dpone/sdk';
import { refuseBad, RowAppender } from './appender.js';
import { openMemory, type Database } from './connection.js';
import { describeFiles } from './describe-files.js';
import type { Doing } from './errors.js';
import { reading, textLayout, type FileGroup } from './file-layout.js';
import { readVerified, verifyCompressed } from './integrity.js';
import { parquetSource, scanFiles } from './read-files.js';
import {
  assertAllNoted,
  dropRejectTables,
  misreadRows,
  REJECT_COLUMNS,
  toRejectedRow,
  unsplitRows,
} from './rejects.js';
import { queryBatches } from './rows-lane.js';
import type { Session } from './session.js';
import { columnList, sqlType } from './sql.js';
import { constantColumns, constantValues } from './constants-sql.js';
import { explainBadRow, strictValue } from './strict-read.js';
import { copyTo, writerRefuses, writtenColumns } from './write-files.js';

/** The codec between csv, tsv, jsonl and parquet: one DuckDB in memory, made on first use. */
export class DuckDBCodec implements Codec {
  readonly #ctx: PluginContext;
  #database: Promise<Database> | undefined;

  constructor(ctx: PluginContext) {
    this.#ctx = ctx;
  }

  async describe(files: FileSet): Promise<FileSchema> {
    return this.#with((session) => describeFiles(session, files));
  }

  async countRows(files: FileSet): Promise<number | undefined> {
    if (files.lane !== 'parquet' || files.where !== undefined) return undefined;
    return this.#with((session) => session.count(`SELECT count(*) FROM ${parquetSource(files)}`, reading(files)));
  }

  async convert(request: ConvertRequest, signal: AbortSignal): Promise<ConvertResult> {
    const { from, to, schema, badRows } = request;
    for (const column of schema.columns) assertWritable(column, to);
    return this.#with(async (session) => {
      const groups = await textLayout(session, from);
      const scan = scanFiles(from, groups, schema, { badRows });
      const columns = schema.columns.map((c, i) => {
        const value = i === 0 ? strictValue(scan, badRows) : scan.values[i]!;
        return `CAST(${value} AS ${sqlType(c)}) AS ${quoteIdent(c.name)}`;
      });
      const values = constantValues(request.constants);
      const good =
        badRows === 'reject' && scan.exact !== null
          ? `${scan.where === '' ? 'WHERE' : `${scan.where} AND`} (${scan.exact})`
          : scan.where;
      const query = `SELECT ${[...columns, ...values].join(', ')} FROM ${scan.from} ${good}`;
      const written = writtenColumns([...schema.columns, ...constantColumns(request.constants)], to.lane);
      const copy = copyTo(`SELECT ${written} FROM (${query})`, to);
      const rows = await readVerified(session, from, signal, () => session.run(copy, writing(to), signal)).catch(
        async (error: unknown) => {
          throw await explainBadRow(session, error, from, groups, schema);
        },
      );
      const rejected =
        badRows === 'reject' && scan.exact !== null ? await collectRejects(session, from, groups, schema) : [];
      return { rows, bytes: (await stat(to.path)).size, rejected };
    });
  }

  async *read(files: FileSet, schema: Schema, signal: AbortSignal): AsyncIterable<RowBatch> {
    const session = await this.#session();
    try {
      const groups = await textLayout(session, files);
      const scan = scanFiles(files, groups, schema, { badRows: 'fail' });
      const columns = schema.columns.map((c, i) => {
        const value = i === 0 ? strictValue(scan, 'fail') : scan.values[i]!;
        return `CAST(${value} AS ${sqlType(c)}) AS ${quoteIdent(c.name)}`;
      });
      const whole = verifyCompressed(files, signal);
      whole.catch(() => undefined);
      const sql = `SELECT ${columns.join(', ')} FROM ${scan.from} ${scan.where}`;
      try {
        yield* queryBatches(session, sql, schema, reading(files), signal);
      } catch (error) {
        await whole;
        throw await explainBadRow(session, error, files, groups, schema);
      }
      await whole;
    } finally {
      session.close();
    }
  }

  async write(
    batches: AsyncIterable<RowBatch>,
    schema: Schema,
    to: FileTarget,
    signal: AbortSignal,
  ): Promise<{ rows: number; bytes: number }> {
    for (const column of schema.columns) assertWritable(column, to);
    return this.#with(async (session) => {
      // A table of a database in memory goes to the temporary folder where memory ends: rows may be many.
      const appender = new RowAppender(session, '__dpone__rows', schema, writing(to));
      await appender.create();
      for await (const batch of batches) {
        if (signal.aborted) throw fail('DPONE_CANCELLED', `${writing(to).what}: cancelled`);
        await appender.append(batch, refuseBad);
      }
      const rows = await session.run(
        copyTo(
          `SELECT ${writtenColumns(schema.columns, to.lane)} FROM (SELECT ${columnList(schema.columns)} FROM __dpone__rows)`,
          to,
        ),
        writing(to),
        signal,
      );
      await session.run('DROP TABLE __dpone__rows', writing(to));
      return { rows, bytes: (await stat(to.path)).size };
    });
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => undefined);
    await database?.close();
  }

  async #session(): Promise<Session> {
    this.#database ??= openMemory(this.#ctx.limits, () => this.#ctx.tempDir());
    return (await this.#database).session();
  }

  async #with<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#session();
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }
}

const writing = (to: FileTarget): Doing => ({
  what: `writing ${to.path}`,
  code: 'DPONE_SINK_WRITE',
});

function assertWritable(column: Column, to: FileTarget): void {
  const refused = writerRefuses(to.lane, column.type);
  if (refused !== undefined) throw fail('DPONE_NO_LANE', refused, { where: `column ${column.name}` });
}

/** Every row that was left out, by a second look at the files: only conversions that quarantine pay for it. */
async function collectRejects(
  session: Session,
  files: FileSet,
  groups: readonly FileGroup[],
  schema: Schema,
): Promise<RejectedRow[]> {
  const kept = '"__dpone__unsplit"';
  const doing = reading(files);
  await assertAllNoted(session, files);
  await session.run(`CREATE OR REPLACE TEMP TABLE ${kept} AS ${unsplitRows()}`, doing);
  const rejected = await rejectedBy(session, `SELECT ${REJECT_COLUMNS} FROM ${kept} ORDER BY "file", "line"`, doing);
  for (const group of groups)
    for (const path of group.paths) {
      for (const statement of dropRejectTables) await session.run(statement, doing);
      const look = misreadRows({ files, group, path, schema, unsplit: kept });
      rejected.push(...(await rejectedBy(session, `SELECT ${REJECT_COLUMNS} FROM (${look})`, doing)));
    }
  await session.run(`DROP TABLE ${kept}`, doing);
  return rejected;
}

async function rejectedBy(session: Session, sql: string, doing: Doing): Promise<RejectedRow[]> {
  return (await session.rows(sql, doing)).map((row) => toRejectedRow(Object.values(row)));
}
