import { fail } from '@dpone/sdk';
import type { S3Connection } from './connection/settings.js';

/** A bucket and what a path says of its keys. */
export interface Location {
  readonly bucket: string;
  /** A key, a prefix or a pattern. */
  readonly key: string;
}

/** `s3://bucket/key`, or a key of the connection's bucket. */
export function locate(path: string, connection: S3Connection, where: string): Location {
  const [, bucket, key] = /^s3a?:\/\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  if (bucket !== undefined && bucket !== '') return { bucket, key: key! };
  if (bucket === undefined && connection.bucket !== undefined)
    return { bucket: connection.bucket, key: path.replace(/^\//, '') };
  throw fail('DPONE_OPTION_CONFLICT', `${path} names no bucket`, {
    where,
    remedy: 'Write s3://bucket/key, or name a bucket in the connection.',
  });
}

export const uriOf = ({ bucket, key }: Location): string => `s3://${bucket}/${key}`;
