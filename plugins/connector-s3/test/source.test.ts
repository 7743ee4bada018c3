import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Json, ReadRequest } from '@dpone/sdk';
import { freshBucket, s3Missing, startHttpProxy, type FreshBucket } from '@dpone/test-services';
import { orders } from '@dpone/testkit';
import { expect } from 'chai';
import { putFixture, putText } from './support/s3-fixtures.js';
import { ALL, codeOf, readAll, rowsOfRead, useSource } from './support/use-s3.js';

const missing = await s3Missing();
const ids = (rows: readonly Record<string, unknown>[]): number[] =>
  rows.map((row) => Number(row['id'])).toSorted((a, b) => a - b);

const NEW: Partial<ReadRequest> = { scope: { cursor: 'new_files' } };
const stateOf = (advance: { kind: string; state?: unknown }): Json => advance.state as Json;

describe('the s3 source', function () {
  this.timeout(60_000);
  let bucket: FreshBucket;
  before(async function () {
    if (missing !== undefined) this.skip();
    this.timeout(1_800_000);
    bucket = await freshBucket({ versioned: true });
  });
  after(() => bucket?.drop());
  let places = 0;
  const place = (): string => `case-${++places}/`;
  const read = (path: string, options: object = {}, request: Partial<ReadRequest> = {}) =>
    readAll(bucket.uri, { path, ...options }, request);

  it('reads packed text of many objects, whatever else lies there', async () => {
    const at = place();
    await putText(bucket, `${at}a.csv.gz`, gzipSync('id,note\n1,one\n'));
    await putText(bucket, `${at}b/c.csv.gz`, gzipSync('id,note\n2,"two, ""2"""\n'));
    await putText(bucket, `${at}_SUCCESS`, '');
    await putText(bucket, `${at}.hidden/x.csv.gz`, 'no');
    await putText(bucket, `${at}readme.txt`, 'no');
    const { rows } = await read(at);
    expect(ids(rows)).to.deep.equal([1, 2]);
    expect(rows.find((row) => Number(row['id']) === 2)!['note']).to.equal('two, "2"');
  });

  it('reads zstd and jsonl', async () => {
    const at = place();
    await putText(bucket, `${at}a.jsonl.zst`, zstdCompressSync('{"id": 1}\n{"id": 2}\n'));
    expect(ids((await read(`${at}*.jsonl.zst`)).rows)).to.deep.equal([1, 2]);
  });

  it('takes a key with letters of patterns as it is, and patterns as patterns', async () => {
    const at = place();
    await putText(bucket, `${at}a[1].csv`, 'id\n1\n');
    await putText(bucket, `${at}a1.csv`, 'id\n2\n');
    await putText(bucket, `${at}deep/er/a1.csv`, 'id\n3\n');
    expect(ids((await read(`${at}a[1].csv`)).rows)).to.deep.equal([1]);
    expect(ids((await read(`${at}*.csv`)).rows)).to.deep.equal([1, 2]);
    expect(ids((await read(`${at}**/*1.csv`)).rows)).to.deep.equal([2, 3]);
    expect(ids((await read(`s3://${bucket.name}/${at}{a1,x}.csv`)).rows)).to.deep.equal([2]);
  });

  it('reads a text object of several parts whole, and guesses from its beginning', async () => {
    const at = place();
    const lines = Array.from(
      { length: 200_000 },
      (_, i) => `${i},"a ""quoted""\nnote of ${i}, long enough to be long"`,
    );
    await putText(bucket, `${at}big.csv`, `id,note\n${lines.join('\n')}\n`);
    const { rows } = await read(`${at}big.csv`, { part_size: 5 });
    expect(rows.length).to.equal(200_000);
    expect(rows.find((row) => Number(row['id']) === 199_999)!['note']).to.equal(
      'a "quoted"\nnote of 199999, long enough to be long',
    );
  });

  it('makes columns of parts of keys', async () => {
    const at = place();
    await putFixture(bucket, `${at}day=2026-01-01/a.parquet`, 'parquet', orders(1, 2));
    await putFixture(bucket, `${at}day=2026-01-02/a.parquet`, 'parquet', orders(3, 3));
    const { rows } = await read(at, { hive_partitioning: true });
    expect(rows.map((row) => `${Number(row['id'])} ${String(row['day']).slice(0, 10)}`).toSorted()).to.deep.equal([
      '1 2026-01-01',
      '2 2026-01-01',
      '3 2026-01-02',
    ]);
  });

  it('reads Parquet objects of which some lack a column in one piece', async () => {
    const at = place();
    const whole = orders(1, 2);
    const less = { ...whole, schema: { columns: whole.schema.columns.slice(0, 2) } };
    await putFixture(bucket, `${at}a.parquet`, 'parquet', whole);
    await putFixture(bucket, `${at}b.parquet`, 'parquet', less);
    const { rows } = await read(at);
    expect(rows.length).to.equal(4);
  });

  it('takes nothing twice and misses nothing, also of an object that appears with an older time', async () => {
    const at = place();
    await putText(bucket, `${at}b.csv`, 'id\n1\n');
    const first = await read(at, {}, NEW);
    expect(ids(first.rows)).to.deep.equal([1]);
    await putText(bucket, `${at}a.csv`, 'id\n2\n');
    const second = await read(at, {}, { ...NEW, state: stateOf(first.advance) });
    expect(ids(second.rows)).to.deep.equal([2]);
    const hint = { columns: [{ name: 'id', type: { kind: 'int64' }, nullable: true }] } as const;
    const third = await read(at, {}, { ...NEW, state: stateOf(second.advance), hint });
    expect(third.rows).to.deep.equal([]);
    // The same content again is the same object; other content is not.
    await putText(bucket, `${at}a.csv`, 'id\n2\n');
    expect((await read(at, {}, { ...NEW, state: stateOf(third.advance), hint })).rows).to.deep.equal([]);
    await putText(bucket, `${at}a.csv`, 'id\n2\n3\n');
    expect(await codeOf(() => read(at, {}, { ...NEW, state: stateOf(third.advance) }))).to.equal('DPONE_SOURCE_READ');
    const again = await read(at, {}, { ...NEW, state: stateOf(third.advance), mayRepeat: true });
    expect(ids(again.rows)).to.deep.equal([2, 3]);
  });

  it('begins behind the last key where keys ascend, without asking for those before it', async () => {
    const at = place();
    await putText(bucket, `${at}2026-01-01.csv`, 'id\n1\n');
    await putText(bucket, `${at}2026-01-02.csv`, 'id\n2\n');
    const first = await read(at, { keys_ascend: true }, NEW);
    expect(stateOf(first.advance)).to.deep.equal({ after: { [at]: `${at}2026-01-02.csv` } });
    const hint = { columns: [{ name: 'id', type: { kind: 'int64' }, nullable: true }] } as const;
    const none = await read(at, { keys_ascend: true }, { ...NEW, state: stateOf(first.advance), hint });
    expect(none.rows).to.deep.equal([]);
    expect(stateOf(none.advance)).to.deep.equal(stateOf(first.advance));
    await putText(bucket, `${at}2026-01-03.csv`, 'id\n3\n');
    const next = await read(at, { keys_ascend: true }, { ...NEW, state: stateOf(none.advance), hint });
    expect(ids(next.rows)).to.deep.equal([3]);
  });

  for (const how of ['replaced', 'removed'] as const)
    it(`fails where an object is ${how} while it is read, and reads on with versions: true`, async () => {
      const at = place();
      await putText(bucket, `${at}a.csv`, 'id\n1\n2\n');
      const change = (): Promise<unknown> =>
        how === 'replaced'
          ? putText(bucket, `${at}a.csv`, 'id\n8\n9\n')
          : bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: `${at}a.csv` }));
      const during = (versions: boolean) =>
        useSource(bucket.uri, { path: `${at}a.csv`, versions }, async (source, ctx) => {
          const opened = await source.open(ALL);
          try {
            await change();
            const rows = await rowsOfRead(opened, ctx);
            await opened.verify();
            return rows;
          } finally {
            await opened.close();
          }
        });
      expect(await codeOf(() => during(false))).to.equal('DPONE_SOURCE_CHANGED');
      await putText(bucket, `${at}a.csv`, 'id\n1\n2\n');
      expect(ids(await during(true))).to.deep.equal([1, 2]);
    });

  it('splits many objects into partitions that hold each once, and keeps few copies', async () => {
    const at = place();
    const filler = 'x'.repeat(100);
    const text = (from: number): string =>
      `id,note\n${Array.from({ length: 100_000 }, (_, i) => `${from + i},${filler}`).join('\n')}\n`;
    for (let i = 0; i < 5; i += 1) await putText(bucket, `${at}${i}.csv`, text(i * 100_000));
    const seen = await useSource(bucket.uri, { path: at }, async (source, ctx) => {
      const opened = await source.open(ALL);
      try {
        expect(opened.partitions.length).to.be.greaterThan(1);
        return ids(await rowsOfRead(opened, ctx));
      } finally {
        await opened.close();
      }
    });
    expect(seen.length).to.equal(500_000);
    expect(new Set(seen).size).to.equal(500_000);
  });

  it('looks at Parquet by its footer: opening a read brings little of a large object', async () => {
    const at = place();
    await putFixture(bucket, `${at}a.parquet`, 'parquet', orders(1, 5000));
    await using proxy = await startHttpProxy(bucket.server);
    const urls: string[] = [];
    proxy.judge(({ method, url }) => {
      urls.push(`${method} ${url}`);
      return 'pass';
    });
    await useSource(proxy.uri(bucket.uri), { path: `${at}a.parquet` }, async (source) => {
      const opened = await source.open(ALL);
      expect(opened.estimate.rows).to.equal(5000);
      await opened.close();
    });
    expect(urls.length, urls.join('\n')).to.be.at.most(4);
  });

  it('names what is missing, and no key in an error', async () => {
    expect(await codeOf(() => read('absent/a.csv'))).to.equal('DPONE_SOURCE_NOT_FOUND');
    expect(await codeOf(() => read('s3://no-such-bucket-of-dpone/a.csv'))).to.equal('DPONE_SOURCE_NOT_FOUND');
    const wrong = new URL(bucket.uri);
    wrong.password = 'wrong-secret-value';
    const error = (await readAll(wrong.href, { path: 'a.csv' }).catch((thrown: unknown) => thrown)) as Error;
    expect(error).to.have.property('code', 'DPONE_AUTH_FAILED');
    expect(JSON.stringify(error) + error.message + error.stack).to.not.contain('wrong-secret-value');
  });
});
