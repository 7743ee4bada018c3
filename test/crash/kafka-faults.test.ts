import {
  freePort,
  freshDatabase,
  givenKafka,
  kafkaMissing,
  openKafka,
  startKafka,
  startProxy,
  type KafkaServer,
  type TestKafka,
} from '@dpone/test-services';
import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { endFollows, Follow } from '../support/follow.js';
import { linkPlugins } from '../support/link-plugin.js';
import { skipWithout } from '../support/skip-without.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { expectCleanTopic, orderMessages } from './kafka-shop.js';
import { expectCleanServer, query, shopTable } from './postgres-shop.js';
import type { Order } from './shop.js';

const RUN = ['run', 'orders.yml', '--format', 'json'];
const COLUMNS =
  '[{name: id, type: integer}, {name: customer, type: text}, {name: amount, type: "decimal(12,2)"}, {name: at, type: timestamp}]';
const ORDERS: readonly Order[] = Array.from({ length: 20_000 }, (_, i) => ({
  id: i + 1,
  customer: `customer ${i} ${'x'.repeat(100)}`,
  amount: `${i}.25`,
  at: '2026-01-01 00:00:00',
}));

const project = (manifest: string): TempProject => {
  const made = tempProject({ 'orders.yml': manifest });
  linkPlugins(made, 'connector-kafka');
  return made;
};
const toPostgres = (brokers: string, topic: string, uri: string): TempProject =>
  project(`
name: orders
source: {type: kafka, connection: "${brokers}", topic: ${topic}, options: {metadata: [], fetch_max_bytes: 65536, columns: ${COLUMNS}}}
sink: {type: postgres, connection: "${uri}", table: mart.orders, strategy: {mode: incremental_append}}
`);
const fromPostgres = (brokers: string, topic: string, uri: string): TempProject =>
  project(`
name: orders
source: {type: postgres, connection: "${uri}", table: shop.orders}
sink: {type: kafka, connection: "${brokers}", topic: ${topic}, options: {key: id, partitions: 2, batch_bytes: 8192}, strategy: {mode: full_refresh}}
`);

/** A run, and when it says that it has come so far. */
function started(made: TempProject, phase: string): { running: Promise<CliResult>; begun: Promise<void> } {
  let said = '';
  let running: Promise<CliResult> | undefined;
  const begun = new Promise<void>((resolve) => {
    running = dpone(['run', 'orders.yml'], {
      cwd: made.path,
      onStart: (child) =>
        child.stderr!.on('data', (text: string) => {
          said += text;
          if (said.includes(`orders: ${phase}`)) resolve();
        }),
    });
  });
  // Where it ends before that, the test says so by its outcome.
  return { running: running!, begun: Promise.race([begun, running!.then(() => undefined)]) };
}

const missing = givenKafka() === undefined ? await kafkaMissing() : "the brokers are not the test's to restart";

describe('loads from and into Kafka when brokers go', function () {
  this.timeout(180_000);
  let server: KafkaServer;
  let kafka: TestKafka;
  before(async function () {
    skipWithout(this, missing);
    server = await startKafka();
    kafka = await openKafka(server);
  });
  after(async () => {
    await kafka?.close();
    await server?.stop();
  });

  it('a broker that is killed and comes back while a topic is read costs time, not messages', async () => {
    await using db = await freshDatabase();
    const topic = kafka.name('orders');
    await kafka.create(topic, 2);
    await kafka.send(topic, orderMessages(ORDERS));
    const made = toPostgres(server.brokers, topic, db.uri);
    try {
      const { running, begun } = started(made, 'staging');
      await begun;
      await server.kill();
      await server.restart();
      const { code, stdout, stderr } = await running;
      expect(code, stdout + stderr).to.equal(0);
      await expectCleanServer(made, db.uri, ORDERS, 0);
    } finally {
      made.remove();
    }
  });

  it('a run that follows outlives its broker, and can be stopped while there is none', async () => {
    await using db = await freshDatabase();
    const topic = kafka.name('orders');
    await kafka.create(topic, 2);
    await kafka.send(topic, orderMessages(ORDERS.slice(0, 100)));
    const made = toPostgres(server.brokers, topic, db.uri);
    try {
      const follow = new Follow(made, ['--commit-interval', '50ms']);
      await follow.until(({ rows }) => rows >= 100);
      await server.kill();
      await server.restart();
      const producer = await openKafka(server);
      await producer.send(topic, orderMessages(ORDERS.slice(100, 150)));
      await producer.close();
      await follow.until(({ rows }) => rows >= 150);
      await server.kill();
      await follow.stop();
      await expectCleanServer(made, db.uri, ORDERS.slice(0, 150), 0);
    } finally {
      await endFollows();
      await server.restart();
      made.remove();
    }
  });

  it('a broker that is killed and comes back in the middle of a transaction: the load ends right, or the next one does', async () => {
    await using db = await freshDatabase();
    await query(db.uri, shopTable(ORDERS));
    const topic = kafka.name('orders');
    const made = fromPostgres(server.brokers, topic, db.uri);
    try {
      const { running, begun } = started(made, 'finalizing');
      await begun;
      await server.kill();
      await server.restart();
      const first = await running;
      const next = await dpone(RUN, { cwd: made.path });
      expect(next.code, first.stdout + first.stderr + next.stdout + next.stderr).to.equal(0);
      await expectCleanTopic(made, kafka, topic, ORDERS);
    } finally {
      made.remove();
    }
  });
});

describe('loads from and into Kafka whose connection is cut', function () {
  this.timeout(180_000);
  let server: KafkaServer;
  let kafka: TestKafka;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  before(async function () {
    skipWithout(this, missing);
    // The broker tells clients the proxy's port, so that every connection goes through it.
    const port = await freePort();
    proxy = await startProxy({ host: '127.0.0.1', port });
    server = await startKafka({ port, advertisedPort: proxy.port });
    kafka = await openKafka(server);
  });
  after(async () => {
    await kafka?.close();
    await server?.stop();
    await proxy?.stop();
  });

  for (const bytes of [200_000, 1_500_000])
    it(`after ${bytes} bytes of a read: nothing is lost and nothing is twice`, async () => {
      await using db = await freshDatabase();
      const topic = kafka.name('orders');
      await kafka.create(topic, 2);
      await kafka.send(topic, orderMessages(ORDERS));
      const made = toPostgres(server.brokers, topic, db.uri);
      const cuts = proxy.cuts;
      proxy.cutAfter(bytes, 'to-client');
      try {
        const first = await dpone(RUN, { cwd: made.path });
        const next = await dpone(RUN, { cwd: made.path });
        expect(next.code, first.stdout + first.stderr + next.stdout + next.stderr).to.equal(0);
        expect(proxy.cuts, 'the cut never came').to.be.greaterThan(cuts);
        await expectCleanServer(made, db.uri, ORDERS, 0);
      } finally {
        made.remove();
      }
    });

  for (const bytes of [100_000, 1_000_000])
    it(`after ${bytes} bytes of a transaction: nothing is lost and nothing is twice`, async () => {
      await using db = await freshDatabase();
      await query(db.uri, shopTable(ORDERS));
      const topic = kafka.name('orders');
      const made = fromPostgres(server.brokers, topic, db.uri);
      const cuts = proxy.cuts;
      proxy.cutAfter(bytes, 'to-server');
      try {
        const first = await dpone(RUN, { cwd: made.path });
        const next = await dpone(RUN, { cwd: made.path });
        expect(next.code, first.stdout + first.stderr + next.stdout + next.stderr).to.equal(0);
        expect(proxy.cuts, 'the cut never came').to.be.greaterThan(cuts);
        await expectCleanTopic(made, kafka, topic, ORDERS);
      } finally {
        made.remove();
      }
    });
});
