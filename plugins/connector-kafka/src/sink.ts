import { mkdir, readdir, rm } from 'node:fs/promises';
import {
  fail,
  typeName,
  type CheckResult,
  type Column,
  type LaneOffer,
  type LoadProgram,
  type LoadRef,
  type Receipt,
  type Sink,
  type SinkContext,
  type SinkLoad,
  type StagingSpec,
  type StateRecord,
  type TargetInfo,
  type TargetLock,
} from '@dpone/sdk';
import { KafkaClient } from './connection/client.js';
import type { Doing } from './errors.js';
import { truncate, type FinalizeCall } from './finalize.js';
import { Ledger, type ReceiptEntry } from './ledger.js';
import { takeLock, type LockOwner } from './lock.js';
import { sinkNames, stagingFolder, type SinkNames } from './names.js';
import type { KafkaConnection, SinkOptions } from './options.js';
import { TransactionalProducer } from './producer.js';
import { explainProgram } from './program.js';
import { avroRefuses } from './registry/avro-writer.js';
import { headerNames } from './row-encoder.js';
import { checkSink } from './sink-check.js';
import { KafkaLoad } from './sink-load.js';

const RECOVER_TIMEOUT_MS = 60_000;

/** A topic as a target. One client for everything that a run does with it. */
export class KafkaSink implements Sink {
  readonly #ctx: SinkContext<KafkaConnection, SinkOptions>;
  readonly #names: SinkNames;
  readonly #doing: Doing;
  #opened: Promise<FinalizeCall> | undefined;

  constructor(ctx: SinkContext<KafkaConnection, SinkOptions>) {
    this.#ctx = ctx;
    this.#names = sinkNames(ctx.options, ctx.table, ctx.workdir);
    this.#doing = { what: `writing the topic ${this.#names.topic}`, code: 'DPONE_SINK_WRITE' };
  }

  check(): Promise<CheckResult[]> {
    return checkSink({ names: this.#names, options: this.#ctx.options, open: () => this.#open(), doing: this.#doing });
  }

  async inspect(): Promise<TargetInfo> {
    const { client, ledger, doing } = await this.#open();
    if ((await client.partitions(this.#names.topic, doing)) === null) return { exists: false, schema: null };
    const columns = (await ledger.refresh()).get('columns', 'columns');
    // Of a topic that another made nothing is known: messages have no columns of their own.
    return { exists: true, schema: { columns: columns ?? [] } };
  }

  accepts(_columns: readonly Column[]): readonly LaneOffer[] {
    return [{ id: 'rows', transport: 'rows', cost: 20, refuses: (column) => this.#refuses(column) }];
  }

  physicalType(column: Column): { readonly type: string } | { readonly refused: string } {
    const refused = this.#refuses(column);
    return refused === undefined ? { type: typeName(column.type) } : { refused };
  }

  /** JSON has a form for every type, Avro for most; a value that is no object has room for one column. */
  #refuses(column: Column): string | undefined {
    const { name } = column;
    const { message_format: format, key, headers } = this.#ctx.options;
    if (format === 'avro') return headers.includes(name) ? undefined : avroRefuses(column);
    if (format === 'json' || name === 'value' || name.startsWith('__dpone__')) return undefined;
    const keys = key === undefined ? [] : Array.isArray(key) ? key : key.fields;
    if (keys.includes(name) || headerNames({ framework: [] }, this.#ctx.options).includes(name)) return undefined;
    return `message_format ${format} has room for the column value, the key and headers`;
  }

  explain(program: LoadProgram): readonly string[] {
    return explainProgram(this.#names, this.#ctx.options, program);
  }

  async lock(owner: LockOwner, waitMs: number): Promise<TargetLock> {
    return takeLock({ ...(await this.#open()), signal: this.#ctx.signal }, owner, waitMs);
  }

  async openLoads(): Promise<readonly { readonly loadId: string }[]> {
    const { ledger } = await this.#open();
    const folders = await readdir(this.#names.stagings).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    });
    const staged = folders.flatMap((name) => /^__dpone__stg_(.+)$/.exec(name)?.[1] ?? []);
    const unfinished = (await ledger.refresh())
      .all('receipt')
      .flatMap(([loadId, receipt]) => (receipt.truncate === undefined ? [] : [loadId]));
    return [...new Set([...staged, ...unfinished])].toSorted().map((loadId) => ({ loadId }));
  }

  async recover(loadId: string): Promise<'finished' | 'undone'> {
    const call = await this.#open();
    const { client, ledger, doing } = call;
    // From here on a transaction of that load is either committed or aborted, and which of them can be read.
    await TransactionalProducer.open(client, this.#names.loader, RECOVER_TIMEOUT_MS, doing);
    const receipt = (await ledger.refresh()).get('receipt', loadId);
    if (receipt?.truncate !== undefined) await truncate(call, receipt);
    await rm(stagingFolder(this.#names, loadId), { recursive: true, force: true });
    return receipt === null ? 'undone' : 'finished';
  }

  async receipt(loadId: string): Promise<Receipt | null> {
    const found = (await this.#ledger()).get('receipt', loadId);
    return found === null ? null : plainReceipt(found);
  }

  async history(limit: number): Promise<readonly Receipt[]> {
    const receipts = (await this.#ledger()).all('receipt').map(([, receipt]) => plainReceipt(receipt));
    return receipts
      .toSorted((a, b) =>
        a.committedAt === b.committedAt ? (a.loadId < b.loadId ? 1 : -1) : a.committedAt < b.committedAt ? 1 : -1,
      )
      .slice(0, limit);
  }

  async state(key: string): Promise<StateRecord | null> {
    return (await this.#ledger()).get('state', key);
  }

  async states(): Promise<readonly StateRecord[]> {
    return (await this.#ledger()).all('state').map(([, record]) => record);
  }

  async resetState(key: string): Promise<void> {
    const ledger = await this.#ledger();
    if (ledger.get('state', key) !== null) await ledger.write([{ kind: 'state', key, value: null }], Date.now());
  }

  async begin(load: LoadRef, spec: StagingSpec): Promise<SinkLoad> {
    const folder = stagingFolder(this.#names, load.loadId);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw fail('DPONE_SINK_WRITE', `staging for ${this.#names.topic}: ${(error as Error).message}`, {
        where: folder,
      });
    });
    return this.attach(load, spec);
  }

  async attach(load: LoadRef, spec: StagingSpec): Promise<SinkLoad> {
    return new KafkaLoad({ ...(await this.#open()), folder: stagingFolder(this.#names, load.loadId), load, spec });
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.client.close();
  }

  async #ledger(): Promise<Ledger> {
    return (await this.#open()).ledger.refresh();
  }

  #open(): Promise<FinalizeCall> {
    return (this.#opened ??= this.#connect());
  }

  async #connect(): Promise<FinalizeCall> {
    const names = this.#names;
    const [ctx, doing] = [this.#ctx, this.#doing];
    // What cleans up works after the run was cancelled.
    const client = await KafkaClient.connect(ctx.connection, doing, new AbortController().signal);
    return { client, ledger: new Ledger(client, names.ledger, doing, new AbortController().signal), names, ctx, doing };
  }
}

function plainReceipt({ truncate: _, ...receipt }: ReceiptEntry): Receipt {
  return receipt;
}
