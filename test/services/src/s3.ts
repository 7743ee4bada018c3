import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { minioUnavailable } from './minio-binaries.js';
import type { MinioFacts } from './minio-process.js';
import { supervise } from './supervise.js';
import { given } from './given.js';

/** An object store: MinIO, or that of `DPONE_TEST_S3_URL`. */
export interface S3Server {
  /** `http://KEY:SECRET@host:port`, as a connection's `uri`; with a bucket behind it. */
  uri(bucket?: string): string;
  readonly endpoint: string;
  readonly host: string;
  readonly port: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** Whether it came by the environment; such a store cannot be stopped, killed or restarted. */
  readonly given: boolean;
  /** A client with the store's own keys, for what a test does beside dpone. */
  client(): S3Client;
  /** SIGKILL; `restart()` brings it back with what it had taken. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A bucket of one test. */
export interface FreshBucket {
  readonly name: string;
  readonly uri: string;
  readonly server: S3Server;
  readonly client: S3Client;
  /** Removes it with everything in it. */
  drop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The store that the environment gives the tests by `DPONE_TEST_S3_URL` (`https://KEY:SECRET@host[?region=NAME]`). */
export const givenS3 = (): string | undefined => given('DPONE_TEST_S3_URL');

/** Why there is no object store here; undefined where there is one. */
export const s3Missing = (): Promise<string | undefined> =>
  givenS3() === undefined ? minioUnavailable() : Promise.resolve(undefined);

const USER = 'dpone-test';

/** Starts a store of the test's own. */
export async function startS3(): Promise<S3Server> {
  const given = givenS3();
  if (given !== undefined) return describe(new URL(given), true);
  const password = randomBytes(12).toString('hex');
  const service = supervise<MinioFacts>(new URL('./minio-process.js', import.meta.url), { user: USER, password });
  const { port } = await service.start().catch(async (error: unknown) => {
    await service.remove();
    throw error;
  });
  return {
    ...describe(new URL(`http://${USER}:${password}@127.0.0.1:${port}`), false),
    kill: () => service.kill(),
    async restart() {
      await service.stop();
      await service.start();
    },
    stop: () => service.remove(),
    [Symbol.asyncDispose]: () => service.remove(),
  };
}

function describe(url: URL, given: boolean): S3Server {
  const refuse = (): Promise<never> => Promise.reject(new Error('the store of DPONE_TEST_S3_URL is not the test’s'));
  const [accessKeyId, secretAccessKey] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const region = url.searchParams.get('region') ?? 'us-east-1';
  const endpoint = `${url.protocol}//${url.host}`;
  const keys = `${encodeURIComponent(accessKeyId)}:${encodeURIComponent(secretAccessKey)}`;
  return {
    endpoint,
    host: url.hostname,
    port: Number(url.port || (url.protocol === 'https:' ? '443' : '80')),
    accessKeyId,
    secretAccessKey,
    region,
    given,
    uri: (bucket) => `${url.protocol}//${keys}@${url.host}/${bucket ?? ''}?region=${region}`,
    client: () =>
      new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } }),
    kill: refuse,
    restart: refuse,
    stop: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

let shared: Promise<S3Server> | undefined;

/** The store that all tests of this process share; the first call starts it, it ends with the process. */
export const sharedS3 = (): Promise<S3Server> => (shared ??= startS3());

/** Makes an empty bucket, on the shared store where none is named. */
export async function freshBucket({
  server,
  versioned = false,
}: { readonly server?: S3Server; readonly versioned?: boolean } = {}): Promise<FreshBucket> {
  const store = server ?? (await sharedS3());
  const name = `dpone-test-${randomBytes(6).toString('hex')}`;
  const client = store.client();
  await client.send(new CreateBucketCommand({ Bucket: name }));
  if (versioned)
    await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }));
  const drop = async (): Promise<void> => {
    await empty(client, name);
    await client.send(new DeleteBucketCommand({ Bucket: name }));
    client.destroy();
  };
  return { name, uri: store.uri(name), server: store, client, drop, [Symbol.asyncDispose]: drop };
}

async function empty(client: S3Client, bucket: string): Promise<void> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  for (const { Key, UploadId } of Uploads)
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const all = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    if (all.length === 0) return;
    const Objects = all.map(({ Key, VersionId }) => ({ Key: Key!, ...(VersionId === undefined ? {} : { VersionId }) }));
    await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
  }
}
