import { setTimeout as sleep } from 'node:timers/promises';
import type { Column, Receipt, StateRecord } from '@dpone/sdk';
import { LATEST, type KafkaClient } from './connection/client.js';
import type { Doing } from './errors.js';
import { readLog } from './log-reader.js';
import { sendBatch, type TransactionalProducer } from './producer.js';
import { createTopic } from './target.js';
import { BatchBuilder, writeTail } from './wire/encode-batch.js';
import { Writer } from './wire/writer.js';

/** Who holds the topic; a record a fence, so that an older holder's sign of life never covers a newer one. */
export interface LockEntry {
  readonly loadId: string;
  readonly host: string;
  readonly pid: number;
  readonly beat: number;
  /** When it was written, by the holder's clock. */
  readonly at: string;
  readonly released?: boolean;
}

export interface ReceiptEntry extends Receipt {
  /** Offsets below which records are still to be deleted, by partition: the end of a `full_refresh`. */
  readonly truncate?: Readonly<Record<string, number>>;
}

export interface LedgerEntries {
  lock: LockEntry;
  receipt: ReceiptEntry;
  state: StateRecord;
  /** The columns of the topic's messages, under the key `columns`. */
  columns: readonly Column[];
}

type Kind = keyof LedgerEntries;

/** What is written; null removes it. */
export type LedgerChange = {
  [K in Kind]: { readonly kind: K; readonly key: string; readonly value: LedgerEntries[K] | null };
}[Kind];

const PARTITION = 0;
const VISIBLE_MS = 10_000;

/**
 * The compacted topic of one partition beside a topic. What is in it is what committed: it is read up to the last
 * stable offset, and its order is one for everybody.
 */
export class Ledger {
  readonly #client: KafkaClient;
  readonly #topic: string;
  readonly #doing: Doing;
  readonly #signal: AbortSignal;
  readonly #entries = new Map<string, unknown>();
  #next = 0;

  constructor(client: KafkaClient, topic: string, doing: Doing, signal: AbortSignal) {
    this.#client = client;
    this.#topic = topic;
    this.#doing = doing;
    this.#signal = signal;
  }

  get topic(): string {
    return this.#topic;
  }

  /** Makes the topic where it is not there. */
  async ensure(): Promise<void> {
    if ((await this.#client.partitions(this.#topic, this.#doing)) !== null) return;
    await createTopic(
      this.#client,
      { topic: this.#topic, partitions: 1, config: { 'cleanup.policy': 'compact' } },
      this.#doing,
    );
  }

  /** Reads what committed since the last look. */
  async refresh(): Promise<this> {
    const [client, topic, doing] = [this.#client, this.#topic, this.#doing];
    if ((await client.partitions(topic, doing)) === null) return this;
    const ends = await client.offsets(topic, [PARTITION], LATEST, 'read_committed', doing);
    const to = ends.get(PARTITION)!;
    const log = {
      topic,
      isolation: 'read_committed',
      maxBytes: 1 << 22,
      maxWaitMs: 500,
      doing,
      signal: this.#signal,
    } as const;
    for await (const records of readLog(client, { partition: PARTITION, from: this.#next, to }, log))
      for (const [i, key] of records.keys.entries()) {
        if (key === null) continue;
        const value = records.values[i] ?? null;
        const name = key.toString('utf8');
        // Behind what it replaces: history goes by the order of writing.
        this.#entries.delete(name);
        if (value !== null) this.#entries.set(name, JSON.parse(value.toString('utf8')));
      }
    this.#next = Math.max(this.#next, to);
    return this;
  }

  get<K extends Kind>(kind: K, key: string): LedgerEntries[K] | null {
    return (this.#entries.get(`${kind}/${key}`) as LedgerEntries[K] | undefined) ?? null;
  }

  /** All of a kind, the oldest first. */
  all<K extends Kind>(kind: K): readonly (readonly [key: string, value: LedgerEntries[K]])[] {
    return [...this.#entries].flatMap(([name, value]) =>
      name.startsWith(`${kind}/`) ? [[name.slice(kind.length + 1), value as LedgerEntries[K]] as const] : [],
    );
  }

  /** Writes changes as part of a transaction; resolves with an offset that is visible once it committed. */
  async within(producer: TransactionalProducer, changes: readonly LedgerChange[], now: number): Promise<number> {
    const { baseOffset } = await producer.send(this.#topic, PARTITION, batchOf(changes), now, 'none');
    return baseOffset;
  }

  /** Writes changes by themselves, and waits until they can be read. */
  async write(changes: readonly LedgerChange[], now: number): Promise<void> {
    const plain = { producerId: -1, producerEpoch: -1, sequence: -1, transactional: false };
    const batch = batchOf(changes).take(plain, now, 'none');
    await this.settle(await sendBatch(this.#client, null, this.#topic, PARTITION, batch, this.#doing));
  }

  /** Waits until what was written at an offset can be read: a commit is decided before its markers are in the logs. */
  async settle(offset: number): Promise<void> {
    const until = Date.now() + VISIBLE_MS;
    while (this.#next <= offset && Date.now() < until) {
      await this.refresh();
      if (this.#next <= offset) await sleep(5);
    }
  }
}

function batchOf(changes: readonly LedgerChange[]): BatchBuilder {
  const builder = new BatchBuilder();
  for (const { kind, key, value } of changes) {
    const tail = new Writer();
    writeTail(tail, Buffer.from(`${kind}/${key}`), value === null ? null : Buffer.from(JSON.stringify(value)), []);
    builder.add(tail.done());
  }
  return builder;
}
