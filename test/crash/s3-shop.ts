import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { FreshBucket } from '@dpone/test-services';
import { expect } from 'chai';
import { queryDuckdb } from '../support/duckdb.js';
import type { TempProject } from '../support/temp-project.js';
import { fingerprint, type Order } from './shop.js';

export const put = async ({ client, name }: FreshBucket, key: string, body: string): Promise<void> =>
  void (await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: body })));

export async function keysOf({ client, name }: FreshBucket, prefix: string): Promise<string[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: name, Prefix: prefix }));
  return Contents.map((one) => one.Key!);
}

export async function textOf({ client, name }: FreshBucket, key: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key }));
  return Body!.transformToString();
}

/** What an independent reader finds in the target's objects. */
export async function ordersOf(bucket: FreshBucket, project: TempProject, target: string): Promise<Order[]> {
  const folder = project.file('looked-at');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const keys = await keysOf(bucket, target);
  for (const [i, key] of keys.entries()) {
    const { Body } = await bucket.client.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
    writeFileSync(`${folder}/${i}.parquet`, await Body!.transformToByteArray());
  }
  if (keys.length === 0) return [];
  const sql = `select id::int as id, customer, amount::text as amount, "at"::text as "at" from read_parquet('${folder}/*.parquet', union_by_name = true)`;
  return (await queryDuckdb(':memory:', sql)) as unknown as Order[];
}

/** Asserts, from the store and the project's files alone, that nothing is lost, nothing is twice and nothing is left behind. */
export async function expectCleanBucket(
  bucket: FreshBucket,
  project: TempProject,
  target: string,
  expected: readonly Order[],
): Promise<void> {
  expect(fingerprint(await ordersOf(bucket, project, target)), 'rows of the target').to.deep.equal(
    fingerprint(expected),
  );
  const kept = await keysOf(bucket, 'lake/_dpone/');
  expect(
    kept.filter((key) => key.includes('__dpone__stg')),
    'staging left behind',
  ).to.deep.equal([]);
  const receipts = kept
    .filter((key) => key.includes('/loads/'))
    .map((key) => key.split('/').at(-1)!.slice(0, -'.json'.length));
  const packages = packagesOf(project);
  const ended = ['committed', 'failed', 'cancelled'];
  expect(
    packages.filter((p) => !ended.includes(String(p['status']))),
    'packages left open',
  ).to.deep.equal([]);
  const committed = packages.filter((p) => p['status'] === 'committed').map((p) => String(p['load_id']));
  expect(committed.toSorted(), 'committed packages are the loads with a receipt').to.deep.equal(receipts.toSorted());
  for (const { load_id } of packages) await expectNoUploads(bucket, target, String(load_id));
  const head = kept.find((key) => key.endsWith('head.json'));
  if (head !== undefined) {
    const { intent, released } = JSON.parse(await textOf(bucket, head)) as Record<string, unknown>;
    expect({ intent, released }, 'the head of the target').to.deep.equal({ intent: null, released: true });
  }
}

/** MinIO lists uploads by whole keys only. */
async function expectNoUploads({ client, name }: FreshBucket, target: string, loadId: string): Promise<void> {
  const keys = target.endsWith('/') ? [0, 1, 2].map((part) => `${target}part-${loadId}-0000${part}.parquet`) : [target];
  for (const key of keys) {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name, Prefix: key }));
    expect(Uploads, `uploads of ${key} left behind`).to.deep.equal([]);
  }
}

export function packagesOf(project: TempProject): Record<string, unknown>[] {
  const folder = project.file('.dpone/load-packages');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Record<string, unknown>);
}
