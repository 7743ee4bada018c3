import { duckdbCodec } from '@dpone/connector-duckdb';
import { API_VERSION, quoteIdent, quoteLiteral, type Codec, type Column, type PluginContext } from '@dpone/sdk';
import { toBatches, type Row } from '@dpone/testkit';
import { DuckDBInstance } from '@duckdb/node-api';
import { fromJson, parseJson } from './value-text.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

async function withCodec<T>(workdir: string, work: (codec: Codec, ctx: PluginContext) => Promise<T>): Promise<T> {
  const ctx: PluginContext = {
    apiVersion: API_VERSION,
    log: silent,
    signal: new AbortController().signal,
    clock: { now: () => new Date() },
    workdir,
    tempDir: () => Promise.resolve(workdir),
    limits: { memoryBytes: 256 * 2 ** 20, threads: 2 },
    codecs: { for: () => Promise.reject(new Error('one codec is enough')) },
  };
  const codec = await duckdbCodec.create(ctx);
  try {
    return await work(codec, ctx);
  } finally {
    await codec.close();
  }
}

async function* batches(rows: readonly Row[], columns: readonly Column[]) {
  yield* toBatches({ name: 'values', schema: { columns }, rows });
  await Promise.resolve();
}

export const writeParquet = (
  path: string,
  rows: readonly Row[],
  columns: readonly Column[],
  workdir: string,
): Promise<unknown> =>
  withCodec(workdir, (codec, { signal }) =>
    codec.write(
      batches(rows, columns),
      { columns },
      { lane: 'parquet', path, compression: 'none', format: {} },
      signal,
    ),
  );

const NESTED = ['array', 'struct', 'map', 'json'];

/** A row as one JSON text, made by DuckDB alone: its JavaScript values drop a byte order mark, its JSON rounds long decimals. */
export async function readParquet(path: string, columns: readonly Column[]): Promise<Row[]> {
  const members = columns.map(({ name, type }) =>
    NESTED.includes(type.kind)
      ? `${quoteLiteral(name)}, ${quoteIdent(name)}`
      : `${quoteLiteral(name)}, CAST(${quoteIdent(name)} AS VARCHAR)`,
  );
  const instance = await DuckDBInstance.create(':memory:');
  try {
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    const result = await connection.runAndReadAll(
      `SELECT CAST(json_object(${members.join(', ')}) AS VARCHAR) FROM read_parquet(${quoteLiteral(path)})`,
    );
    return result.getRows().map(([row]) => {
      const record = parseJson(row as string) as Record<string, unknown>;
      return Object.fromEntries(columns.map((c) => [c.name, fromJson(record[c.name] ?? null, c.type)]));
    });
  } finally {
    instance.closeSync();
  }
}
