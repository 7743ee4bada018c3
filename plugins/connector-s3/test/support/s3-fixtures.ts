import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { duckdbCodec } from '@dpone/connector-duckdb';
import { API_VERSION, type Codec, type Column, type Compression, type FileLane, type PluginContext } from '@dpone/sdk';
import type { FreshBucket } from '@dpone/test-services';
import { fromBatches, toBatches, type Fixture, type Row } from '@dpone/testkit';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A folder and DuckDB's codec, for what a test writes and reads beside the connector. */
async function withCodec<T>(run: (codec: Codec, folder: string, ctx: PluginContext) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dpone-s3-test-'));
  let codec: Codec | undefined;
  const ctx: PluginContext = {
    apiVersion: API_VERSION,
    log: silent,
    signal: new AbortController().signal,
    clock: { now: () => new Date() },
    workdir: folder,
    tempDir: () => Promise.resolve(folder),
    limits: { memoryBytes: 256 * 2 ** 20, threads: 2 },
    codecs: { for: async () => (codec ??= await duckdbCodec.create(ctx)) },
  };
  try {
    return await run(await ctx.codecs.for('csv'), folder, ctx);
  } finally {
    await codec?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function* batches(fixture: Fixture) {
  yield* toBatches(fixture);
  await Promise.resolve();
}

export const putText = async ({ client, name }: FreshBucket, key: string, body: string | Uint8Array): Promise<void> =>
  void (await client.send(
    new PutObjectCommand({ Bucket: name, Key: key, Body: body, ContentLength: Buffer.byteLength(body) }),
  ));

/** Puts a fixture into an object by the codec and the SDK alone. */
export const putFixture = (
  bucket: FreshBucket,
  key: string,
  lane: FileLane,
  fixture: Fixture,
  compression: Compression = 'none',
): Promise<void> =>
  withCodec(async (codec, folder, ctx) => {
    const path = join(folder, 'data');
    await codec.write(batches(fixture), fixture.schema, { lane, path, compression, format: {} }, ctx.signal);
    await putText(bucket, key, await readFile(path));
  });

/** Every key of the bucket that begins so. */
export async function keysOf({ client, name }: FreshBucket, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: name,
        Prefix: prefix,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    keys.push(...(page.Contents ?? []).map((one) => one.Key!));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

/** Uploads of a key that were neither completed nor aborted. */
export async function openUploadsOf({ client, name }: FreshBucket, key: string): Promise<string[]> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name, Prefix: key }));
  return Uploads.map((one) => one.UploadId!);
}

export async function bytesOf({ client, name }: FreshBucket, key: string): Promise<Uint8Array> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key }));
  return Body!.transformToByteArray();
}

/** The rows of data objects by the codec and the SDK alone; null where there are none. */
export async function rowsOf(bucket: FreshBucket, keys: readonly string[], lane: FileLane): Promise<Row[] | null> {
  if (keys.length === 0) return null;
  return withCodec(async (codec, folder, ctx) => {
    const paths: string[] = [];
    for (const [i, key] of keys.entries()) {
      const path = join(folder, `${i}`, key.split('/').at(-1)!);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, await bytesOf(bucket, key));
      paths.push(path);
    }
    const files = { lane, paths, compression: 'none', format: {} } as const;
    const { format, columns } = await codec.describe(files);
    const schema = { columns: columns.map((c: Column) => ({ ...c, nullable: true })) };
    return fromBatches(codec.read({ ...files, format: format ?? {} }, schema, ctx.signal), schema);
  });
}
