import { setTimeout as sleep } from 'node:timers/promises';
import { fail, isDponeError, type FinalizeResult, type LoadProgram, type SinkContext } from '@dpone/sdk';
import { LATEST, type KafkaClient } from './connection/client.js';
import { deliver, type Delivered } from './delivery.js';
import type { Doing } from './errors.js';
import type { Ledger, LedgerChange, ReceiptEntry } from './ledger.js';
import { assertFence } from './lock.js';
import { stagingFolder, type SinkNames } from './names.js';
import type { KafkaConnection, SinkOptions } from './options.js';
import { TransactionalProducer } from './producer.js';
import { onlyStep } from './program.js';
import { stagedParts } from './staged-file.js';
import { assertDeletable, columnsAfter, createTopic, deleteBelow, topicEnds, type TopicEnds } from './target.js';

export interface FinalizeCall {
  readonly client: KafkaClient;
  readonly ledger: Ledger;
  readonly names: SinkNames;
  readonly ctx: SinkContext<KafkaConnection, SinkOptions>;
  readonly doing: Doing;
}

const VISIBLE_MS = 5_000;

/**
 * One transaction: the messages, the receipt and the state. The producer is opened first, so that an older worker's writes
 * are refused from then on, then the fence is read: a worker that was paused in between finds itself refused either way.
 */
export async function finalizeLoad(call: FinalizeCall, program: LoadProgram): Promise<FinalizeResult> {
  const { client, ledger, names, ctx, doing } = call;
  const { load } = program;
  await ctx.step('finalize.begun');
  const how = onlyStep(names.topic, program);
  const producer = await TransactionalProducer.open(client, names.loader, ctx.options.transaction_timeout_ms, doing);
  await assertFence(ledger, load.fence, names.topic);
  const done = ledger.get('receipt', load.loadId);
  if (done !== null) return done;
  const partitions = await partitionsOf(call);
  if (how === 'replace') await assertDeletable(client, names.topic, doing);
  const ends = await topicEnds(client, names.topic, partitions, doing);
  let receipt: ReceiptEntry;
  let delivered: Delivered;
  let written: number;
  try {
    ({ receipt, delivered, written } = await write(call, program, { producer, partitions, ends, how }));
    await producer.commit();
  } catch (error) {
    await abort(producer);
    throw error;
  }
  await ledger.settle(written);
  await visible(call, delivered);
  await ctx.step('finalize.committed');
  if (receipt.truncate !== undefined) await truncate(call, receipt);
  return receipt;
}

interface Writing {
  readonly producer: TransactionalProducer;
  readonly partitions: readonly number[];
  readonly ends: TopicEnds;
  readonly how: 'replace' | 'append';
}

async function write(
  call: FinalizeCall,
  program: LoadProgram,
  { producer, partitions, ends, how }: Writing,
): Promise<{ receipt: ReceiptEntry; delivered: Delivered; written: number }> {
  const { ledger, names, ctx, doing } = call;
  const { load } = program;
  const folder = stagingFolder(names, load.loadId);
  const { signal, options, step, clock } = ctx;
  const staged = (await stagedParts(folder)).reduce((sum, part) => sum + part.rows, 0);
  const delivered = await deliver({ producer, topic: names.topic, partitions, folder, options, doing, signal });
  if (delivered.records !== staged)
    throw fail(
      'DPONE_COUNT_MISMATCH',
      `${doing.what}: ${staged} rows were staged, the brokers took ${delivered.records}`,
    );
  await step('finalize.changed');
  const now = clock.now().toISOString();
  const older = partitions.reduce((sum, p) => sum + ends.latest.get(p)! - ends.earliest.get(p)!, 0);
  const receipt: ReceiptEntry = {
    ...program.receipt,
    inserted: staged,
    updated: 0,
    deleted: how === 'replace' ? older : 0,
    // What a topic holds can only be counted by reading it, unless it was empty or is replaced.
    finalRows: how === 'replace' || older === 0 ? staged : null,
    committedAt: now,
    ...(how === 'replace' && older > 0 ? { truncate: Object.fromEntries(ends.latest) } : {}),
  };
  const columns = columnsAfter(ledger.get('columns', 'columns') ?? [], program.changes, program.columns);
  const state = program.state;
  const changes: LedgerChange[] = [
    { kind: 'columns', key: 'columns', value: columns },
    { kind: 'receipt', key: load.loadId, value: receipt },
    ...(state === null
      ? []
      : [{ kind: 'state' as const, key: state.key, value: { ...state, loadId: load.loadId, updatedAt: now } }]),
  ];
  const written = await ledger.within(producer, changes, Date.now());
  await step('finalize.receipted');
  signal.throwIfAborted();
  return { receipt, delivered, written };
}

async function partitionsOf({ client, names, ctx, doing }: FinalizeCall): Promise<readonly number[]> {
  const found = await client.partitions(names.topic, doing);
  if (found !== null) return found;
  const { partitions, replication_factor: replication, topic_config: config } = ctx.options;
  return createTopic(client, { topic: names.topic, partitions, replication, config }, doing);
}

/** The brokers abort it too, when its time is over or the next producer of its id comes: this only makes it sooner. */
async function abort(producer: TransactionalProducer): Promise<void> {
  await producer.abort().catch((error: unknown) => {
    if (!isDponeError(error)) throw error;
  });
}

/** A commit is decided before its markers are in the logs; readers of committed messages see it once they are. */
async function visible({ client, names, doing }: FinalizeCall, { last }: Delivered): Promise<void> {
  const until = Date.now() + VISIBLE_MS;
  for (;;) {
    const ends = await client.offsets(names.topic, [...last.keys()], LATEST, 'read_committed', doing);
    // Another producer's open transaction may hide it for longer; it is committed all the same.
    if ([...last].every(([partition, offset]) => ends.get(partition)! > offset) || Date.now() > until) return;
    await sleep(5);
  }
}

/** Deletes what a full refresh replaced. Whoever finds it undone does it again: the receipt says how far. */
export async function truncate({ client, ledger, names, doing }: FinalizeCall, receipt: ReceiptEntry): Promise<void> {
  const { truncate: below = {}, ...done } = receipt;
  await deleteBelow(client, names.topic, below, doing);
  await ledger.write([{ kind: 'receipt', key: receipt.loadId, value: done }], Date.now());
}
