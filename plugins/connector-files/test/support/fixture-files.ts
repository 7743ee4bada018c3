import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { duckdbCodec } from '@dpone/connector-duckdb';
import { API_VERSION, type Codec, type FileLane, type FileSet, type PluginContext, type Schema } from '@dpone/sdk';
import { fromBatches, toBatches, type Fixture, type Row } from '@dpone/testkit';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A host of its own for a folder: what the tests need to write and read files without the connector. */
export function hostContext(workdir: string, codec: () => Promise<Codec>): PluginContext {
  return {
    apiVersion: API_VERSION,
    log: silent,
    signal: new AbortController().signal,
    clock: { now: () => new Date() },
    workdir,
    tempDir: () => Promise.resolve(workdir),
    limits: { memoryBytes: 256 * 2 ** 20, threads: 2 },
    codecs: { for: codec },
  };
}

/** Runs with DuckDB's codec, and closes it. */
export async function withCodec<T>(workdir: string, run: (codec: Codec, ctx: PluginContext) => Promise<T>): Promise<T> {
  let codec: Codec | undefined;
  const ctx = hostContext(workdir, async () => (codec ??= await duckdbCodec.create(ctx)));
  try {
    return await run(await ctx.codecs.for('csv'), ctx);
  } finally {
    await codec?.close();
  }
}

async function* batches(fixture: Fixture) {
  yield* toBatches(fixture);
  await Promise.resolve();
}

/** Puts a fixture into a file by the codec alone. */
export async function writeFixture(path: string, lane: FileLane, fixture: Fixture): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await withCodec(dirname(path), (codec, ctx) =>
    codec.write(batches(fixture), fixture.schema, { lane, path, compression: 'none', format: {} }, ctx.signal),
  );
}

/** The rows of files by the codec alone. */
export async function readRows(files: FileSet, schema: Schema, workdir: string): Promise<Row[]> {
  return withCodec(workdir, (codec, ctx) => fromBatches(codec.read(files, schema, ctx.signal), schema));
}

/** Data files directly in a folder; none where there is no folder. */
export async function dataFiles(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    .toSorted()
    .map((name) => join(folder, name));
}
