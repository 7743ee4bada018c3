import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { TestKafka } from '@dpone/test-services';
import { expect } from 'chai';
import type { Message } from 'kafkajs';
import type { TempProject } from '../support/temp-project.js';
import { fingerprint, type Order } from './shop.js';

/** Orders as JSON messages keyed by id; bad ones go between them. */
export function orderMessages(orders: readonly Order[], bad: readonly string[] = []): Message[] {
  const good = orders.map((o): Message => ({
    key: String(o.id),
    value: `{"id":${o.id},"customer":${JSON.stringify(o.customer)},"amount":${o.amount},"at":${JSON.stringify(o.at)}}`,
  }));
  const middle = Math.floor(good.length / 2);
  return [...good.slice(0, middle), ...bad.map((value) => ({ key: 'bad', value })), ...good.slice(middle)];
}

/** The orders that a topic holds, as a reader of committed messages sees them. */
export async function ordersOfTopic(kafka: TestKafka, topic: string): Promise<Order[]> {
  const messages = (await kafka.read(topic)) ?? [];
  return messages.map(({ value }) => {
    const { id, customer, amount, at } = JSON.parse(value!) as Record<string, unknown>;
    return {
      id: Number(id),
      customer: customer as string,
      amount: String(amount),
      at: (at as string).replace('T', ' ').replace(/\.0+$/, ''),
    };
  });
}

/** Asserts, from the brokers and the project's files alone, that nothing is lost, nothing is twice and nothing is left behind. */
export async function expectCleanTopic(
  project: TempProject,
  kafka: TestKafka,
  topic: string,
  expected: readonly Order[],
): Promise<void> {
  expect(fingerprint(await ordersOfTopic(kafka, topic)), 'messages of the topic').to.deep.equal(fingerprint(expected));
  const ledger = (await kafka.read(`__dpone__.${topic}`)) ?? [];
  const latest = new Map(ledger.map((m) => [m.key!, m.value]));
  const receipts = [...latest].flatMap(([key, value]) =>
    key.startsWith('receipt/') && value !== null ? [JSON.parse(value) as { loadId: string; truncate?: unknown }] : [],
  );
  expect(
    receipts.filter((r) => r.truncate !== undefined),
    'records left to delete',
  ).to.deep.equal([]);
  const locks = [...latest].flatMap(([key, value]) =>
    key.startsWith('lock/') && value !== null ? [JSON.parse(value) as { released?: boolean }] : [],
  );
  expect(locks.length, 'one lock').to.equal(1);
  expect(locks[0]!.released, 'the lock is free').to.equal(true);
  const staged = project.file(`.dpone/kafka/${topic}`);
  expect(existsSync(staged) ? readdirSync(staged) : [], 'staging left behind').to.deep.equal([]);
  const folder = project.file('.dpone/load-packages');
  const packages = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as { status: string; load_id: string });
  const committed = packages.filter((p) => p.status === 'committed').map((p) => p.load_id);
  expect(
    packages.filter((p) => !['committed', 'failed', 'cancelled'].includes(p.status)),
    'open packages',
  ).to.eql([]);
  expect(committed.toSorted(), 'committed packages are the loads with a receipt').to.deep.equal(
    receipts.map((r) => r.loadId).toSorted(),
  );
}
