// node s3-transfer.mjs get|put <connection uri> <key> <file>: the AWS SDK alone, for baselines.
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

const [, , how, uri, key, file] = process.argv;
const url = new URL(uri);
const client = new S3Client({
  endpoint: url.origin,
  region: url.searchParams.get('region') ?? 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: decodeURIComponent(url.username), secretAccessKey: decodeURIComponent(url.password) },
});
const at = { Bucket: url.pathname.slice(1), Key: key };
if (how === 'get') {
  const { Body } = await client.send(new GetObjectCommand(at));
  await pipeline(Body, createWriteStream(file));
} else {
  const parts = { partSize: 8 << 20, queueSize: 6 };
  await new Upload({
    client,
    params: { ...at, Body: createReadStream(file, { highWaterMark: 1 << 20 }) },
    ...parts,
  }).done();
}
client.destroy();
