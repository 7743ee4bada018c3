import {
  fail,
  isDponeError,
  type CheckResult,
  type Json,
  type ReadRequest,
  type Source,
  type SourceContext,
  type SourceRead,
} from '@dpone/sdk';
import { KafkaClient } from './connection/client.js';
import type { Doing } from './errors.js';
import { readBounds } from './offsets.js';
import type { KafkaConnection, SourceOptions } from './options.js';
import { openRead } from './source-read.js';

/** A topic as a table. One client for all reads of a run. */
export class KafkaSource implements Source {
  readonly #ctx: SourceContext<KafkaConnection, SourceOptions>;
  readonly #doing: Doing;
  #client: Promise<KafkaClient> | undefined;

  constructor(ctx: SourceContext<KafkaConnection, SourceOptions>) {
    this.#ctx = ctx;
    this.#doing = { what: `reading the topic ${this.#topic}`, code: 'DPONE_SOURCE_READ' };
  }

  get #topic(): string {
    const { options, table } = this.#ctx;
    const topic = options.topic ?? table?.name;
    if (topic !== undefined && topic !== '') return topic;
    throw fail('DPONE_MANIFEST_INVALID', 'no topic is named', { where: 'source.topic', remedy: 'Set source.topic.' });
  }

  async check(): Promise<CheckResult[]> {
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
    const { connection } = this.#ctx;
    const connected = await step('connect', async () => {
      await this.#connected();
      return `connected by ${connection.brokers.join(', ')}`;
    });
    if (!connected) return results;
    await step(`read ${this.#topic}`, async () => {
      const read = await this.open({ scope: 'all', state: null, parallel: 1, badRows: 'reject' });
      try {
        // One record of each partition asks for the right to read, not only for the right to describe.
        const lane = read.lanes[0]!;
        for (const partition of read.partitions) {
          const data = await read.data(partition, lane);
          if (data.transport === 'rows') await data.batches[Symbol.asyncIterator]().next();
        }
        return `${read.schema.columns.length} columns, about ${read.estimate.rows ?? 0} messages`;
      } finally {
        await read.close();
      }
    });
    return results;
  }

  async open(request: ReadRequest): Promise<SourceRead> {
    const client = await this.#connected();
    return openRead({ client, topic: this.#topic, request, ctx: this.#ctx, doing: this.#doing });
  }

  async pending(state: Json): Promise<number> {
    const request = { scope: { cursor: 'offsets' }, state } as const;
    const of = { topic: this.#topic, options: this.#ctx.options, request, doing: this.#doing };
    const { ranges } = await readBounds({ client: await this.#connected(), ...of });
    return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.close();
  }

  #connected(): Promise<KafkaClient> {
    return (this.#client ??= KafkaClient.connect(this.#ctx.connection, this.#doing, this.#ctx.signal));
  }
}
