import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateMultipartUploadCommand, ListObjectVersionsCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { SinkContext } from '@dpone/sdk';
import { freshBucket, s3Missing, startHttpProxy, type FreshBucket } from '@dpone/test-services';
import { expect } from 'chai';
import type { S3Connection } from '../dist/connection/settings.js';
import { openClient } from '../dist/connection/client.js';
import { GrowingUpload } from '../dist/growing-upload.js';
import { changeHead, readHead, replaceHead, type Head } from '../dist/head.js';
import { s3Sink, type SinkOptions } from '../dist/index.js';
import { limitTo } from '../dist/limit.js';
import { Store } from '../dist/store.js';
import { beginUpload, completeUpload } from '../dist/uploads.js';
import { bytesOf, keysOf, openUploadsOf, putText } from './support/s3-fixtures.js';
import { codeOf, inHost } from './support/use-s3.js';

const missing = await s3Missing();
const MIB = 1 << 20;
const owner = { loadId: '01JDP0NE00TESTK1T000000001', host: 'test', pid: process.pid };
const head = (fence: number): Head => ({ fence, owner, released: false, intent: null, last: null });
const signal = new AbortController().signal;

describe('the s3 sink', function () {
  this.timeout(60_000);
  let bucket: FreshBucket;
  before(async function () {
    if (missing !== undefined) this.skip();
    this.timeout(1_800_000);
    bucket = await freshBucket({ versioned: true });
  });
  after(() => bucket?.drop());

  const storeOf = async (uri = bucket.uri): Promise<Store> => {
    const connection = s3Sink.connection!.parse(uri);
    return new Store(await openClient(connection, { max_attempts: 5, parallel_parts: 6 }), bucket.name, false);
  };
  const useSink = <T>(
    options: Record<string, unknown>,
    run: (sink: Awaited<ReturnType<typeof s3Sink.create>>) => Promise<T>,
    connection: unknown = bucket.uri,
  ): Promise<T> =>
    inHost(async (ctx) => {
      const whole: SinkContext<S3Connection, SinkOptions> = {
        ...ctx,
        connection: s3Sink.connection!.parse(connection),
        options: s3Sink.options.parse(options),
        table: { name: 'orders' },
        step: () => Promise.resolve(),
      };
      const sink = await s3Sink.create(whole);
      try {
        return await run(sink);
      } finally {
        await sink.close();
      }
    });

  it('of twenty who write the head at once one wins, and the others see it', async () => {
    const store = await storeOf();
    const won = await Promise.all(Array.from({ length: 20 }, (_, i) => replaceHead(store, 'race/', null, head(i + 1))));
    expect(won.filter(Boolean).length).to.equal(1);
    const seen = await readHead(store, 'race/');
    const next = await Promise.all(
      Array.from({ length: 20 }, (_, i) => replaceHead(store, 'race/', seen, head(100 + i))),
    );
    expect(next.filter(Boolean).length).to.equal(1);
  });

  it('a head is changed by its own fence alone, and a versioned bucket keeps no old ones', async () => {
    const store = await storeOf();
    await replaceHead(store, 'fence/', null, head(1));
    await replaceHead(store, 'fence/', await readHead(store, 'fence/'), head(2));
    const late = (): Promise<void> => changeHead(store, 'fence/', 1, 'it', (now) => ({ ...now, intent: 'late' }));
    expect(await codeOf(late)).to.equal('DPONE_FENCED');
    await changeHead(store, 'fence/', 2, 'it', (now) => ({ ...now, intent: 'mine' }));
    expect((await readHead(store, 'fence/'))!.head.intent).to.equal('mine');
    const { Versions = [] } = await bucket.client.send(
      new ListObjectVersionsCommand({ Bucket: bucket.name, Prefix: 'fence/' }),
    );
    expect(Versions.length).to.equal(1);
  });

  it('a write whose answer was lost knows itself again', async () => {
    await using proxy = await startHttpProxy(bucket.server);
    const store = await storeOf(proxy.uri(bucket.uri));
    let lost = 0;
    proxy.judge(({ method }) => (method === 'PUT' && lost++ === 0 ? 'lose' : 'pass'));
    expect(await replaceHead(store, 'lost/', null, head(1))).to.equal(true);
    expect(proxy.seen.lost).to.equal(1);
  });

  for (const how of ['adds to the end', 'writes into what it has written'] as const)
    it(`the object is the finished file where its writer ${how}`, async () => {
      const store = await storeOf();
      const key = `grown/${how.length}.bin`;
      const begun: string[] = [];
      await inHost(async ({ workdir }) => {
        const path = join(workdir, 'file');
        const opening = {
          store,
          key,
          begin: async () => {
            begun.push('begun');
            return beginUpload(store, key, 'load', signal);
          },
        };
        const transfer = { partBytes: 5 * MIB, attempts: 3, limit: limitTo(3), signal };
        const upload = new GrowingUpload(path, opening, transfer);
        const content = Buffer.alloc(13 * MIB, 'ab');
        await upload.during(async () => {
          await writeFile(path, content.subarray(0, 11 * MIB));
          while (begun.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
          const file = await open(path, 'r+');
          await file.write(content, 11 * MIB, 2 * MIB, 11 * MIB);
          if (how !== 'adds to the end') {
            content.write('changed', 100);
            await new Promise((resolve) => setTimeout(resolve, 300));
            await file.write('changed', 100);
          }
          await file.close();
        });
        const done = await upload.finish();
        await upload.close();
        expect(done.parts.length).to.equal(3);
        expect(await keysOf(bucket, key), 'nothing before it is completed').to.deep.equal([]);
        await completeUpload(store, done, 'load');
        // Whoever completes it again finds it done; another load's object is not taken for it.
        await completeUpload(store, done, 'load');
        expect(await codeOf(() => completeUpload(store, done, 'another'))).to.contain('NoSuchUpload');
        expect(Buffer.compare(await bytesOf(bucket, key), content)).to.equal(0);
      });
    });

  it('an upload that nobody wrote down is aborted with its load, and older ones of others stay', async () => {
    const path = 'single/orders.parquet';
    const mine = { Bucket: bucket.name, Key: path };
    const { UploadId: foreign } = await bucket.client.send(new CreateMultipartUploadCommand(mine));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await useSink({ path }, async (sink) => {
      const lock = await sink.lock(owner, 0);
      const load = {
        loadId: owner.loadId,
        runId: owner.loadId,
        process: 'p',
        target: { name: 'orders' },
        startedAt: new Date().toISOString(),
        fence: lock.fence,
      };
      await sink.begin(load, { columns: [], framework: [], badRows: 'fail' });
      // What a process leaves that dies between the beginning of its upload and its record.
      const staging = (await keysOf(bucket, 'single/_dpone/')).find((key) => key.endsWith('begun.json'))!;
      await putText(bucket, staging.replace('begun.json', 'opened-0.json'), JSON.stringify({ key: path }));
      await bucket.client.send(new CreateMultipartUploadCommand(mine));
      expect((await openUploadsOf(bucket, path)).length).to.equal(2);
      expect(await sink.openLoads()).to.deep.equal([{ loadId: owner.loadId }]);
      expect(await sink.recover(owner.loadId)).to.equal('undone');
      expect(await openUploadsOf(bucket, path)).to.deep.equal([foreign]);
      expect(await sink.openLoads()).to.deep.equal([]);
      await lock.release();
    });
    const { Versions = [], DeleteMarkers = [] } = await bucket.client.send(
      new ListObjectVersionsCommand({ Bucket: bucket.name, Prefix: 'single/_dpone/' }),
    );
    const left = [...Versions, ...DeleteMarkers].filter(({ Key }) => Key!.includes('__dpone__stg'));
    expect(left, 'older versions of records').to.deep.equal([]);
  });

  it('refuses a store that does not mind conditions', async () => {
    await using proxy = await startHttpProxy(bucket.server);
    // A store that ignores If-None-Match says 200 where MinIO says 412.
    proxy.judge(({ method, url, number }) =>
      method === 'PUT' && url.includes('probe.json') && number > 1 ? { status: 200, body: '' } : 'pass',
    );
    const code = await codeOf(() =>
      useSink({ path: 'careless/orders/' }, (sink) => sink.lock(owner, 0), proxy.uri(bucket.uri)),
    );
    expect(code).to.equal('DPONE_CAPABILITY');
  });

  it('check names the privilege that is missing', async () => {
    const Statement = [
      { Effect: 'Allow', Principal: '*', Action: ['s3:ListBucket'], Resource: [`arn:aws:s3:::${bucket.name}`] },
      { Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::${bucket.name}/*`] },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await bucket.client.send(new PutBucketPolicyCommand({ Bucket: bucket.name, Policy }));
    const connection = { endpoint: bucket.server.endpoint, bucket: bucket.name, credentials: 'anonymous' };
    const checks = await useSink({ path: 'denied/orders/' }, (sink) => sink.check(), connection);
    expect(checks.map((check) => check.status)).to.deep.equal(['pass', 'fail', 'fail']);
    expect(checks[1]!.remedy).to.contain('s3:PutObject');
    expect(await keysOf(bucket, 'denied/')).to.deep.equal([]);
  });
});
