import { freshDatabase, kafkaMissing, openKafka, type FreshDatabase, type TestKafka } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { endFollows, Follow, linesOf } from '../support/follow.js';
import { linkPlugins } from '../support/link-plugin.js';
import { skipWithout } from '../support/skip-without.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { orderMessages } from './kafka-shop.js';
import { expectCleanServer, query } from './postgres-shop.js';
import type { Order } from './shop.js';

const COLUMNS =
  '[{name: id, type: integer}, {name: customer, type: text}, {name: amount, type: "decimal(12,2)"}, {name: at, type: timestamp}]';
const orders = (from: number, to: number): Order[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    id: from + i,
    customer: `customer ${from + i}`,
    amount: `${from + i}.25`,
    at: '2026-01-01 00:00:00',
  }));

const missing = await kafkaMissing();

describe('a run that follows a topic', function () {
  this.timeout(120_000);
  let kafka: TestKafka;
  let db: FreshDatabase;
  let project: TempProject;
  let topic: string;
  before(async function () {
    skipWithout(this, missing);
    kafka = await openKafka();
  });
  after(() => kafka?.close());
  beforeEach(async () => {
    db = await freshDatabase();
    topic = kafka.name('orders');
    await kafka.create(topic, 2);
    project = tempProject({
      'orders.yml': `
name: orders
source: {type: kafka, connection: "${kafka.brokers}", topic: ${topic}, options: {metadata: [], columns: ${COLUMNS}}}
sink: {type: postgres, connection: "${db.uri}", table: mart.orders, strategy: {mode: incremental_append}}
`,
    });
    linkPlugins(project, 'connector-kafka');
  });
  afterEach(async () => {
    await endFollows();
    project?.remove();
    await db?.[Symbol.asyncDispose]();
  });

  it('loads what comes, also of partitions that are added, and leaves no trace while nothing comes', async () => {
    await kafka.send(topic, orderMessages(orders(1, 40)));
    const follow = new Follow(project, ['--commit-interval', '50ms']);
    await follow.until(({ rows }) => rows >= 40);
    await kafka.transact(topic, orderMessages(orders(901, 905)), 'abort');
    await kafka.transact(topic, orderMessages(orders(41, 60)), 'commit');
    await follow.until(({ rows }) => rows >= 60);
    await kafka.admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] });
    const added = [2, 3].flatMap((partition) =>
      orderMessages(orders(61 + partition * 10, 70 + partition * 10)).map((message) => ({ ...message, partition })),
    );
    while ((await kafka.admin.fetchTopicMetadata({ topics: [topic] })).topics[0]!.partitions.length < 4);
    // By a producer of its own: one that knows two partitions drops what is for the others.
    await kafka.transact(topic, added, 'commit');
    await follow.until(({ rows }) => rows >= 80);
    // Long enough for many looks; none of them may become a load.
    const { length } = follow.loads;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(follow.loads.length).to.equal(length);
    await follow.stop();
    expect(follow.rows).to.equal(80);
    await expectCleanServer(project, db.uri, [...orders(1, 60), ...orders(81, 100)], 0);
  });

  it('commits by size before the interval has passed, and takes no more at once', async () => {
    await kafka.send(topic, orderMessages(orders(1, 1000)));
    const follow = new Follow(project, ['--commit-interval', '1h', '--commit-rows', '300']);
    await follow.until(({ rows }) => rows >= 900);
    await kafka.send(topic, orderMessages(orders(1001, 1250)));
    await follow.until(({ rows }) => rows >= 1200);
    await follow.stop();
    expect(follow.loads.map((load) => load.result.extracted_rows)).to.eql([300, 300, 300, 300]);
    const rest = await dpone(['run', 'orders.yml', '--format', 'json'], { cwd: project.path });
    expect(rest.code, rest.stderr).to.equal(0);
    await expectCleanServer(project, db.uri, orders(1, 1250), 0);
  });

  it('killed (SIGKILL) in the middle of a load and begun anew, loses nothing and takes nothing twice', async () => {
    await kafka.send(topic, orderMessages(orders(1, 500)));
    const killed = new Follow(project, ['--commit-interval', '0s', '--commit-rows', '100'], {
      DPONE_FAULT_AT: 'finalize.changed:3',
    });
    expect((await killed.ended).signal).to.equal('SIGKILL');
    expect(killed.rows).to.equal(200);
    await kafka.send(topic, orderMessages(orders(501, 600)));
    const next = new Follow(project, ['--commit-interval', '50ms']);
    await next.until(({ rows }) => rows >= 400);
    await next.stop();
    await expectCleanServer(project, db.uri, orders(1, 600), 0);
  });

  it('ends behind the load in hand when it is asked to, and undoes that when it is asked again', async () => {
    await kafka.send(topic, orderMessages(orders(1, 300)));
    const args = ['--commit-interval', '0s', '--commit-rows', '100'];
    const asked = new Follow(project, args, { DPONE_FAULT_AT: 'stage.written:2:SIGTERM' });
    const { code, stdout, stderr } = await asked.ended;
    expect(code, stdout + stderr).to.equal(0);
    expect(asked.loads.map((load) => load.result.extracted_rows)).to.eql([100, 100]);

    const twice = new Follow(project, args, { DPONE_FAULT_AT: 'stage.written:1:SIGTERM' });
    await twice.until(({ stderr: told }) => told.includes('Stopping behind the load'));
    twice.signal('SIGTERM');
    expect((await twice.ended).code).to.equal(143);
    expect(twice.loads.map((load) => load.passed)).to.eql([false]);
    const rest = await dpone(['run', 'orders.yml', '--format', 'json'], { cwd: project.path });
    expect(linesOf(rest.stdout.replaceAll('\n', ''))[0]!.result.extracted_rows).to.equal(100);
    await expectCleanServer(project, db.uri, orders(1, 300), 0);
  });

  it('ends with the error of a load that failed', async () => {
    await kafka.send(topic, orderMessages(orders(1, 10)));
    const follow = new Follow(project, ['--commit-interval', '50ms']);
    await follow.until(({ rows }) => rows >= 10);
    await query(db.uri, 'ALTER TABLE mart.orders ADD CONSTRAINT small CHECK (id < 15)');
    await kafka.send(topic, orderMessages(orders(11, 20)));
    const { code } = await follow.ended;
    expect(code).to.equal(3);
    expect(follow.loads.at(-1)).to.include({ passed: false });
    await expectCleanServer(project, db.uri, orders(1, 10), 0);
  });
});
