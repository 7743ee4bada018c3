import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { PgTarget } from '../../dist/columnar/field-writer.js';
import { toPgCopy } from '../../dist/columnar/parquet-to-pg-copy.js';
import {
  PgCopyToParquet,
  type ParquetColumn,
  type PgCopyToParquetOptions,
} from '../../dist/columnar/pg-copy-to-parquet.js';
import { openPlainParquet } from '../../dist/columnar/plain-parquet-file.js';

/** How DuckDB is asked to write files for {@link openPlainParquet}. */
export const PLAIN = 'FORMAT parquet, COMPRESSION uncompressed, PARQUET_VERSION v1, DICTIONARY_SIZE_LIMIT 0';

export interface Workbench {
  readonly path: (name: string) => string;
  readonly run: (sql: string) => Promise<void>;
  readonly rows: (sql: string) => Promise<unknown[][]>;
  readonly close: () => Promise<void>;
}

export async function workbench(): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'columnar-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run("SET timezone = 'UTC'");
  return {
    path: (name) => join(folder, name),
    run: async (sql) => {
      await connection.run(sql);
    },
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRows(),
    close: async () => {
      connection.closeSync();
      instance.closeSync();
      await rm(folder, { recursive: true });
    },
  };
}

/** A Parquet file of a binary copy that comes in the chunks given. */
export async function transcode(
  columns: readonly ParquetColumn[],
  chunks: Iterable<Uint8Array>,
  options: PgCopyToParquetOptions = {},
): Promise<{ rows: number; bytes: number; file: Buffer }> {
  const parts: Buffer[] = [];
  const writer = new PgCopyToParquet(columns, options, async (bytes) => {
    // The promise is kept late, so that memory that is used again too early is found out.
    await new Promise((resolve) => setImmediate(resolve));
    parts.push(Buffer.from(bytes));
  });
  for (const chunk of chunks) {
    const own = Uint8Array.from(chunk);
    await writer.push(own);
    own.fill(0xee);
  }
  const result = await writer.finish();
  return { ...result, file: Buffer.concat(parts) };
}

export async function transcodeTo(
  path: string,
  columns: readonly ParquetColumn[],
  chunks: Iterable<Uint8Array>,
  options: PgCopyToParquetOptions = {},
): Promise<{ rows: number; bytes: number }> {
  const { file, ...result } = await transcode(columns, chunks, options);
  await writeFile(path, file);
  return result;
}

/** The binary copy of all row groups of a file, or of some. */
export async function copyOf(path: string, targets: readonly PgTarget[], groups?: readonly number[]): Promise<Buffer> {
  const file = await openPlainParquet(path);
  try {
    const parts: Buffer[] = [];
    for await (const part of toPgCopy(file, groups ?? [...file.rowGroups.keys()], targets))
      parts.push(Buffer.from(part));
    return Buffer.concat(parts);
  } finally {
    await file.close();
  }
}
