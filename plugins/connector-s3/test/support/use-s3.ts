import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duckdbCodec } from '@dpone/connector-duckdb';
import {
  API_VERSION,
  isDponeError,
  type Codec,
  type FileSet,
  type PluginContext,
  type ReadRequest,
  type Source,
  type SourceRead,
} from '@dpone/sdk';
import { fromBatches, type Row } from '@dpone/testkit';
import { s3Source } from '../../dist/index.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Runs with a host of its own for a folder. */
export async function inHost<T>(run: (ctx: PluginContext) => Promise<T>): Promise<T> {
  const workdir = await mkdtemp(join(tmpdir(), 'dpone-s3-test-'));
  let codec: Codec | undefined;
  const ctx: PluginContext = {
    apiVersion: API_VERSION,
    log: silent,
    signal: new AbortController().signal,
    clock: { now: () => new Date() },
    workdir,
    tempDir: () => Promise.resolve(workdir),
    limits: { memoryBytes: 256 * 2 ** 20, threads: 2 },
    codecs: { for: async () => (codec ??= await duckdbCodec.create(ctx)) },
  };
  try {
    return await run(ctx);
  } finally {
    await codec?.close();
    await rm(workdir, { recursive: true, force: true });
  }
}

export async function useSource<T>(
  connection: unknown,
  options: Record<string, unknown>,
  run: (source: Source, ctx: PluginContext) => Promise<T>,
): Promise<T> {
  return inHost(async (ctx) => {
    const source = await s3Source.create({
      ...ctx,
      connection: s3Source.connection!.parse(connection),
      options: s3Source.options.parse(options),
    });
    try {
      return await run(source, ctx);
    } finally {
      await source.close();
    }
  });
}

export const ALL: ReadRequest = { scope: 'all', state: null, parallel: 2, badRows: 'fail' };

/** Every row of a read by the pull lane, as an engine would read its files, and by `rows` the same again. */
export async function rowsOfRead(read: SourceRead, ctx: PluginContext): Promise<Row[]> {
  const rows: Row[] = [];
  const lane = read.lanes.find((one) => one.transport === 'pull')!;
  for (const partition of read.partitions) {
    const data = await read.data(partition, lane);
    if (data.transport !== 'pull') throw new Error('another lane was given');
    const files: FileSet = data.files;
    const codec = await ctx.codecs.for(files.lane);
    for (const row of await fromBatches(codec.read(files, data.schema, ctx.signal), data.schema)) rows.push(row);
    await data.release?.();
  }
  return rows;
}

/** Reads everything that a request asks for; the rows, and the state that follows. */
export const readAll = (
  connection: unknown,
  options: Record<string, unknown>,
  request: Partial<ReadRequest> = {},
): Promise<{ rows: Row[]; advance: SourceRead['advance']; identity: SourceRead['identity'] }> =>
  useSource(connection, options, async (source, ctx) => {
    const read = await source.open({ ...ALL, ...request });
    try {
      const rows = await rowsOfRead(read, ctx);
      await read.verify();
      return { rows, advance: read.advance, identity: read.identity };
    } finally {
      await read.close();
    }
  });

/** The code of the error that a step ends with. */
export async function codeOf(step: () => Promise<unknown>): Promise<string> {
  try {
    await step();
  } catch (error) {
    return isDponeError(error) ? error.code : String(error);
  }
  return 'no error';
}
