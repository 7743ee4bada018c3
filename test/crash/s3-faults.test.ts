import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  freshBucket,
  givenS3,
  s3Missing,
  SLOW_DOWN,
  startHttpProxy,
  startProxy,
  startS3,
  type FreshBucket,
  type SeenRequest,
} from '@dpone/test-services';
import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { linkPlugins } from '../support/link-plugin.js';
import { untilStopped } from '../support/process-state.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { csv, type Order } from './shop.js';
import { expectCleanBucket, keysOf, ordersOf, packagesOf, put, textOf } from './s3-shop.js';

const RUN = ['run', 'orders.yml', '--format', 'json'];
const TARGET = 'lake/orders/';
const COLUMNS =
  '[{name: id, type: integer}, {name: customer, type: text}, {name: amount, type: "decimal(12,2)"}, {name: at, type: timestamp}]';

const orders = (from: number, count: number): Order[] =>
  Array.from({ length: count }, (_, i) => ({
    id: from + i,
    // Packs badly, so that there are several parts in Parquet too.
    customer: createHash('sha512')
      .update(`${from + i}`)
      .digest('base64'),
    amount: '12.50',
    at: '2026-01-02 00:00:00',
  }));
const OLD = orders(1, 10);
const NEW = orders(1000, 120_000);

const manifest = (source: string, sink: string, mode: string = 'full_refresh'): string => `
name: orders
source: {type: s3, connection: "${source}", options: {path: in/, part_size: 5, columns: ${COLUMNS}}}
sink: {type: s3, connection: "${sink}", table: orders, options: {path: ${TARGET}, part_size: 5}, strategy: {mode: ${mode}}}
`;

/** What a request is, by its method and its query. */
const isComplete = ({ method, url }: SeenRequest): boolean => method === 'POST' && url.includes('uploadId=');
const isPart = ({ method, url }: SeenRequest): boolean => method === 'PUT' && url.includes('partNumber=');

function failureOf(result: CliResult): { readonly code: string; readonly message: string } {
  expect(result.code, result.stdout + result.stderr).to.equal(3);
  const document = JSON.parse(result.stdout) as {
    result?: { errors: { code: string; message: string }[] };
    error?: { code: string; message: string };
  };
  return document.error ?? document.result!.errors[0]!;
}

const missing = await s3Missing();

describe('a load into S3 when something breaks', function () {
  this.timeout(120_000);
  let bucket: FreshBucket;
  let project: TempProject;

  before(async function () {
    if (missing !== undefined) this.skip();
    this.timeout(1_800_000);
    await (await freshBucket()).drop();
  });
  beforeEach(async () => {
    bucket = await freshBucket();
    project = tempProject({ 'orders.yml': manifest(bucket.uri, bucket.uri) });
    linkPlugins(project, 'connector-s3');
    await put(bucket, 'in/1.csv', csv(OLD));
    await right(await dpone(RUN, { cwd: project.path }));
    await put(bucket, 'in/1.csv', csv(NEW));
  });
  afterEach(async () => {
    project?.remove();
    await bucket?.drop();
  });

  async function right(result: CliResult): Promise<void> {
    expect(result.code, result.stdout + result.stderr).to.equal(0);
  }
  const through = (source: string, sink: string): void => project.write('orders.yml', manifest(source, sink));
  const expectNew = (): Promise<void> => expectCleanBucket(bucket, project, TARGET, NEW);
  const nextRunIsRight = async (): Promise<void> => {
    through(bucket.uri, bucket.uri);
    await right(await dpone(RUN, { cwd: project.path }));
    await expectNew();
  };

  it('the store asks to slow down, again and again', async () => {
    await using proxy = await startHttpProxy(bucket.server);
    through(proxy.uri(bucket.uri), proxy.uri(bucket.uri));
    proxy.judge(({ number }) => (number % 4 === 0 ? SLOW_DOWN : 'pass'));
    await right(await dpone(RUN, { cwd: project.path }));
    expect(proxy.seen.answered, 'requests that were throttled').to.be.greaterThan(10);
    await expectNew();
  });

  it('answers are lost: what took effect and is sent again takes effect once', async () => {
    await using proxy = await startHttpProxy(bucket.server);
    through(proxy.uri(bucket.uri), proxy.uri(bucket.uri));
    proxy.judge(({ number }) => (number % 4 === 0 ? 'lose' : 'pass'));
    await right(await dpone(RUN, { cwd: project.path }));
    expect(proxy.seen.lost, 'answers that were lost').to.be.greaterThan(10);
    await expectNew();
  });

  it('a store that throttles for good fails the load, and the target stays', async () => {
    await using proxy = await startHttpProxy(bucket.server);
    through(bucket.uri, proxy.uri(bucket.uri));
    project.write(
      'orders.yml',
      manifest(bucket.uri, proxy.uri(bucket.uri)).replaceAll('part_size: 5', 'part_size: 5, max_attempts: 2'),
    );
    proxy.judge((seen) => (isPart(seen) ? SLOW_DOWN : 'pass'));
    const failure = failureOf(await dpone(RUN, { cwd: project.path }));
    expect(failure.code).to.equal('DPONE_CONNECTION_FAILED');
    expect(failure.message).to.match(/reduce your request rate/);
    await expectCleanBucket(bucket, project, TARGET, OLD);
    await nextRunIsRight();
  });

  for (const side of ['source', 'target'] as const)
    it(`connections to the ${side} are cut in the middle of the data: what is missing is asked for again`, async () => {
      await using proxy = await startProxy(bucket.server);
      const url = new URL(bucket.uri);
      url.host = `${proxy.host}:${proxy.port}`;
      through(side === 'source' ? url.href : bucket.uri, side === 'target' ? url.href : bucket.uri);
      proxy.cutAfter(6_000_000, side === 'source' ? 'to-client' : 'to-server');
      await right(await dpone(RUN, { cwd: project.path }));
      expect(proxy.cuts, 'the cut came').to.be.greaterThan(0);
      await expectNew();
    });

  for (const effect of ['takes effect', 'does not take effect'] as const)
    it(`killed at the completion of an upload, which ${effect}: the load is decided, and the next run ends it`, async () => {
      await using proxy = await startHttpProxy(bucket.server);
      through(bucket.uri, proxy.uri(bucket.uri));
      let child: ChildProcess | undefined;
      proxy.judge((seen) => {
        if (!isComplete(seen)) return 'pass';
        child!.kill('SIGKILL');
        return effect === 'takes effect' ? 'lose' : SLOW_DOWN;
      });
      const killed = await dpone(RUN, { cwd: project.path, onStart: (started) => (child = started) });
      expect(killed.signal).to.equal('SIGKILL');
      // Whatever is in the source now: the load that was decided is finished first.
      await put(bucket, 'in/1.csv', csv([...NEW, ...orders(500_000, 1)]));
      through(bucket.uri, bucket.uri);
      await right(await dpone(RUN, { cwd: project.path }));
      expect(
        packagesOf(project).filter((one) => one['status'] === 'committed').length,
        'loads that took effect',
      ).to.equal(3);
      await expectCleanBucket(bucket, project, TARGET, [...NEW, ...orders(500_000, 1)]);
    });

  it('killed in the middle of an upload: it never becomes an object, and the next load aborts it', async () => {
    await using proxy = await startHttpProxy(bucket.server);
    through(bucket.uri, proxy.uri(bucket.uri));
    let child: ChildProcess | undefined;
    let parts = 0;
    proxy.judge((seen) => {
      if (isPart(seen) && ++parts === 2) child!.kill('SIGKILL');
      return 'pass';
    });
    const before = await keysOf(bucket, TARGET);
    const killed = await dpone(RUN, { cwd: project.path, onStart: (started) => (child = started) });
    expect(killed.signal).to.equal('SIGKILL');
    expect(await keysOf(bucket, TARGET), 'objects after the kill').to.deep.equal(before);
    await nextRunIsRight();
  });

  it('a worker that was paused cannot commit after another took over', async () => {
    let child: ChildProcess | undefined;
    const paused = dpone(RUN, {
      cwd: project.path,
      env: { DPONE_FAULT_AT: 'stage.checked:1:SIGSTOP' },
      onStart: (started) => (child = started),
    });
    await untilStopped(() => child?.pid ?? 0);
    // What 30 s without a heartbeat come to.
    const head = (await keysOf(bucket, 'lake/_dpone/')).find((key) => key.endsWith('head.json'))!;
    await put(bucket, head, (await textOf(bucket, head)).replace('"released": false', '"released": true'));
    const other = tempProject({ 'orders.yml': manifest(bucket.uri, bucket.uri) });
    linkPlugins(other, 'connector-s3');
    try {
      await right(await dpone(RUN, { cwd: other.path }));
      child!.kill('SIGCONT');
      expect(failureOf(await paused).code).to.equal('DPONE_FENCED');
      await expectNextLoads(2);
    } finally {
      other.remove();
    }
  });

  async function expectNextLoads(count: number): Promise<void> {
    const receipts = (await keysOf(bucket, 'lake/_dpone/')).filter((key) => key.includes('/loads/'));
    expect(receipts.length, 'receipts').to.equal(count);
  }

  for (const how of ['restart', 'kill'] as const)
    it(`the store is gone (${how}) in the middle of a load and comes back`, async function () {
      if (givenS3() !== undefined) this.skip();
      await using server = await startS3();
      await using own = await freshBucket({ server });
      await put(own, 'in/1.csv', csv(NEW));
      through(own.uri, own.uri);
      let child: ChildProcess | undefined;
      const run = dpone(RUN, {
        cwd: project.path,
        env: { DPONE_FAULT_AT: 'stage.written:1:SIGSTOP' },
        onStart: (started) => (child = started),
      });
      await untilStopped(() => child?.pid ?? 0);
      if (how === 'kill') await server.kill();
      await server.restart();
      child!.kill('SIGCONT');
      const result = await run;
      if (result.code !== 0) {
        failureOf(result);
        expect(await keysOf(own, TARGET)).to.deep.equal([]);
      }
      through(own.uri, own.uri);
      await right(await dpone(RUN, { cwd: project.path }));
      const rows = await ordersOf(own, project, TARGET);
      expect(new Set(rows.map((row) => row.id)).size, 'keys').to.equal(NEW.length);
      expect(rows.length, 'rows').to.equal(NEW.length);
    });
});
