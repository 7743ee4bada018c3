import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Column } from '@dpone/sdk';
import { freshBucket, s3Missing } from '@dpone/test-services';
import type { Row } from '@dpone/testkit';
import type { System } from '../system.js';
import { parquetType, readParquet, writeParquet } from './parquet.js';

/** Objects in Parquet, put and got by the SDK alone. */
export const s3: System = {
  id: 's3',
  memory: 'folder',
  server: 'DPONE_TEST_S3_URL',
  missing: s3Missing,
  typeOf: parquetType,
  async open(project) {
    const bucket = await freshBucket();
    const { client, name: Bucket } = bucket;
    mkdirSync(project.file('objects'));
    const folder = (): string => mkdtempSync(project.file('objects/x'));
    const put = async (Key: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> => {
      const path = `${folder()}/data.parquet`;
      await writeParquet(path, columns, rows);
      await client.send(new PutObjectCommand({ Bucket, Key, Body: readFileSync(path) }));
    };
    return {
      source: ({ name }) => ({ type: 's3', connection: bucket.uri, options: { path: `in/${name}/*.parquet` } }),
      sink: ({ name }) => ({ type: 's3', connection: bucket.uri, table: { name }, options: { path: `out/${name}/` } }),
      async seed({ name, columns }, rows, parting = []) {
        const staying = rows.filter((row) => !parting.includes(row));
        await put(`in/${name}/staying.parquet`, columns, staying);
        if (parting.length > 0) await put(`in/${name}/parting.parquet`, columns, parting);
      },
      async change({ name, columns }, { changed, added }) {
        await client.send(new DeleteObjectCommand({ Bucket, Key: `in/${name}/parting.parquet` }));
        await put(`in/${name}/z-new.parquet`, columns, [...changed, ...added]);
      },
      async rows({ name, columns }) {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: `out/${name}/` }));
        const keys = Contents.map((one) => one.Key!).filter((key) => key.endsWith('.parquet'));
        if (keys.length === 0) return null;
        const into = folder();
        const paths: string[] = [];
        for (const [i, Key] of keys.entries()) {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
          paths.push(`${into}/${i}.parquet`);
          writeFileSync(paths[i]!, await Body!.transformToByteArray());
        }
        return readParquet(paths, columns);
      },
      close: () => bucket.drop(),
    };
  },
};
