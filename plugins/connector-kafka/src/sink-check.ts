import { isDponeError, type CheckResult } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { FinalizeCall } from './finalize.js';
import type { SinkNames } from './names.js';
import type { SinkOptions } from './options.js';
import { registryAddress } from './registry/address.js';
import { RegistryClient } from './registry/client.js';
import { TransactionalProducer } from './producer.js';

export interface SinkCheckCall {
  readonly names: SinkNames;
  readonly options: SinkOptions;
  readonly open: () => Promise<FinalizeCall>;
  readonly doing: Doing;
}

const TIMEOUT_MS = 10_000;

/**
 * Asks the brokers for every right that a load needs. A transaction that takes the topic's partitions in and is aborted
 * asks for the right to write without a message.
 */
export async function checkSink(call: SinkCheckCall): Promise<CheckResult[]> {
  const { names, options, doing } = call;
  const results: CheckResult[] = [];
  const step = async (name: string, run: () => Promise<string>): Promise<boolean> => {
    try {
      results.push({ name, status: 'pass', message: await run() });
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      results.push({ name, status: 'fail', message, ...(isDponeError(error) ? { remedy: error.remedy } : {}) });
      return false;
    }
  };
  let opened: FinalizeCall | undefined;
  await step('connect', async () => {
    opened = await call.open();
    return 'connected';
  });
  if (opened === undefined) return results;
  const { client } = opened;
  for (const [topic, partitions, config] of [
    [names.topic, options.partitions, options.topic_config],
    [names.ledger, 1, { 'cleanup.policy': 'compact' }],
  ] as const)
    await step(`write ${topic}`, async () => {
      const found = await client.partitions(topic, doing);
      if (found !== null) {
        const producer = await TransactionalProducer.open(client, `${names.locker}.check`, TIMEOUT_MS, doing);
        await producer.add(topic, found);
        await producer.abort();
        return `${found.length} ${found.length === 1 ? 'partition' : 'partitions'}`;
      }
      await client.admin(doing, (admin) =>
        admin.createTopics({
          validateOnly: true,
          waitForLeaders: false,
          topics: [
            {
              topic,
              numPartitions: partitions ?? -1,
              replicationFactor: options.replication_factor ?? -1,
              configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
            },
          ],
        }),
      );
      return 'is not there and can be made';
    });
  if (options.message_format === 'avro')
    await step('schema registry', async () => {
      const subject = options.schema_registry.subject ?? `${names.topic}-value`;
      const registry = new RegistryClient(registryAddress(opened!.ctx, 'sink'), opened!.ctx.signal);
      return `${(await registry.versions(subject)).length} versions of ${subject}`;
    });
  await step('transactions', async () => {
    await TransactionalProducer.open(client, `${names.locker}.check`, options.transaction_timeout_ms, doing);
    return `a load may take ${Math.round(options.transaction_timeout_ms / 1000)} s`;
  });
  return results;
}
