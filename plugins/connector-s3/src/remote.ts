import type { LaneOffer, RemoteFiles, SourceContext } from '@dpone/sdk';
import type { S3Connection } from './connection/settings.js';
import type { FileForm } from './file-set.js';
import type { SourceOptions } from './options.js';
import type { Store, StoredObject } from './store.js';

/** Signs that stand for themselves in a URL, and are no wildcards to who reads it. */
const PLAIN_KEY = /^[\w\-./=]+$/;

/**
 * The lane on which the sink's own server reads the objects. Parquet alone, whose columns and types are in the file;
 * nothing that is told by a header of each request, and no older versions.
 */
export function remoteOffers(
  { lane, format }: FileForm,
  objects: readonly StoredObject[],
  { connection, options }: Pick<SourceContext<S3Connection, SourceOptions>, 'connection' | 'options'>,
): LaneOffer[] {
  const plain = objects.every(({ key, versionId }) => versionId === undefined && PLAIN_KEY.test(key));
  const offered = lane === 'parquet' && plain && format.hivePartitioning !== true && !options.versions;
  return offered && connection.requesterPays !== true
    ? [{ id: 'parquet', transport: 'pull', remote: true, cost: 0.5 }]
    : [];
}

/** Where the objects are for everyone, and what requests to them are signed with just now. */
export async function remoteFiles(
  objects: readonly StoredObject[],
  stores: ReadonlyMap<string, Store>,
  connection: S3Connection,
): Promise<RemoteFiles> {
  const urls: string[] = [];
  let keys: RemoteFiles['keys'] = null;
  for (const { bucket, key } of objects) {
    const { config } = stores.get(bucket)!.client;
    if (connection.provider !== 'anonymous') keys ??= await config.credentials();
    urls.push(`${baseOf(bucket, await config.region(), connection)}/${key}`);
  }
  return { urls, keys };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
function baseOf(bucket: string, region: string, { endpoint, pathStyle }: S3Connection): string {
  const base = endpoint ?? `https://s3.${region}.amazonaws.com`;
  if (pathStyle) return `${base.replace(/\/+$/, '')}/${bucket}`;
  const url = new URL(base);
  return `${url.protocol}//${bucket}.${url.host}${url.pathname.replace(/\/+$/, '')}`;
}
