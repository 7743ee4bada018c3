import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  fail,
  isDponeError,
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
import { checkTarget } from './check.js';
import { openClient } from './connection/client.js';
import type { S3Connection } from './connection/settings.js';
import type { Transfer } from './download.js';
import { doing } from './errors.js';
import { formatRefuses } from './format-limits.js';
import { FILE_LANES } from './formats.js';
import { readHead, type LockOwner } from './head.js';
import { inspectTarget, type Inspecting } from './inspect.js';
import { carryOut, readIntent } from './intent.js';
import { anyStaging, layoutOf, stagedLoad, stagingPrefix, type Layout } from './layout.js';
import { readEntries, readEntry, readState, readStates, removeState } from './ledger.js';
import { limitTo } from './limit.js';
import { takeLock } from './lock.js';
import type { SinkOptions } from './options.js';
import { explainProgram } from './program.js';
import { dropStaging, partUpload, S3Load, type LoadCall } from './sink-load.js';
import { recordBegun } from './staged-parts.js';
import { Store } from './store.js';

const nothing = (): Promise<void> => Promise.resolve();

/** An object, or the objects below a prefix, as a table. */
export class S3Sink implements Sink {
  readonly #ctx: SinkContext<S3Connection, SinkOptions>;
  readonly #layout: Layout;
  #client: Promise<S3Client> | undefined;

  constructor(ctx: SinkContext<S3Connection, SinkOptions>) {
    this.#ctx = ctx;
    this.#layout = layoutOf(ctx.options, ctx.connection);
  }

  async #store(): Promise<Store> {
    const { connection, options } = this.#ctx;
    const client = await (this.#client ??= openClient(connection, options));
    return new Store(client, this.#layout.bucket, connection.requesterPays);
  }

  async check(): Promise<CheckResult[]> {
    try {
      return await checkTarget(await this.#store(), this.#layout, () => this.inspect());
    } catch (error) {
      const remedy = isDponeError(error) ? { remedy: error.remedy } : {};
      const message = error instanceof Error ? error.message : String(error);
      return [{ name: `write ${this.#layout.label}`, status: 'fail', message, ...remedy }];
    }
  }

  async inspect(): Promise<TargetInfo> {
    const { label } = this.#layout;
    const by = this.#inspecting(await this.#store());
    const { exists, schema, rows } = await doing(`looking at ${label}`, label, 'DPONE_SINK_WRITE', () =>
      inspectTarget(by),
    );
    return { exists, schema, ...(rows === undefined ? {} : { rows }) };
  }

  accepts(columns: readonly Column[]): readonly LaneOffer[] {
    const own = this.#layout.lane;
    const refuses = (column: Column): string | undefined => formatRefuses(own, column);
    const pull = FILE_LANES.map((id): LaneOffer => ({ id, transport: 'pull', cost: id === own ? 1.5 : 2, refuses }));
    const framework = columns.some((column) => column.name.startsWith('__dpone__'));
    // With columns of the load itself a pushed file is written twice.
    const push: LaneOffer = { id: own, transport: 'push', cost: framework ? 3 : 1, refuses };
    return [...pull, push, { id: 'rows', transport: 'rows', cost: 20, refuses }];
  }

  physicalType(column: Column): { readonly type: string } | { readonly refused: string } {
    const refused = formatRefuses(this.#layout.lane, column);
    return refused === undefined ? { type: typeName(column.type) } : { refused };
  }

  explain(program: LoadProgram): readonly string[] {
    return explainProgram(this.#layout, program);
  }

  async lock(owner: LockOwner, waitMs: number): Promise<TargetLock> {
    return takeLock(await this.#store(), this.#layout, owner, waitMs, this.#ctx.signal);
  }

  async openLoads(): Promise<readonly { readonly loadId: string }[]> {
    const { label, meta } = this.#layout;
    const store = await this.#store();
    return doing(`looking for open loads of ${label}`, label, 'DPONE_SINK_WRITE', async () => {
      const found = new Set<string>();
      for await (const { key } of store.list(anyStaging(this.#layout), undefined))
        found.add(stagedLoad(this.#layout, key));
      const intent = (await readHead(store, meta))?.head.intent ?? null;
      if (intent !== null) found.add(intent);
      return [...found].toSorted().map((loadId) => ({ loadId }));
    });
  }

  async recover(loadId: string): Promise<'finished' | 'undone'> {
    const layout = this.#layout;
    const { label, meta } = layout;
    const store = await this.#store();
    return doing(`recovering ${label}`, label, 'DPONE_SINK_WRITE', async () => {
      const seen = await readHead(store, meta);
      const mine = seen?.head.intent === loadId;
      if (mine) {
        const intent = await readIntent(store, layout, loadId);
        if (intent === null)
          throw fail('DPONE_SINK_WRITE', `the intent of load ${loadId} is gone, and the load is half done`, {
            where: `s3://${store.bucket}/${stagingPrefix(layout, loadId)}intent.json`,
            remedy: 'Restore it from an older version of the bucket.',
          });
        await carryOut(store, layout, intent, seen.head.fence, nothing);
      }
      await dropStaging(store, layout, loadId);
      return mine ? 'finished' : 'undone';
    });
  }

  async receipt(loadId: string): Promise<Receipt | null> {
    return (await this.#ledger((store, meta) => readEntry(store, meta, loadId)))?.receipt ?? null;
  }

  async history(limit: number): Promise<readonly Receipt[]> {
    return (await this.#ledger((store, meta) => readEntries(store, meta, limit))).map((entry) => entry.receipt);
  }

  state(key: string): Promise<StateRecord | null> {
    return this.#ledger((store, meta) => readState(store, meta, key));
  }

  states(): Promise<readonly StateRecord[]> {
    return this.#ledger(readStates);
  }

  resetState(key: string): Promise<void> {
    return this.#ledger((store, meta) => removeState(store, meta, key));
  }

  async #ledger<T>(look: (store: Store, meta: string) => Promise<T>): Promise<T> {
    const { label, meta } = this.#layout;
    const store = await this.#store();
    return doing(`looking into the ledger of ${label}`, label, 'DPONE_SINK_WRITE', () => look(store, meta));
  }

  async begin(load: LoadRef, spec: StagingSpec): Promise<SinkLoad> {
    const call = await this.#call(load, spec);
    const { label } = this.#layout;
    await doing(`staging for ${label}`, label, 'DPONE_SINK_WRITE', () => recordBegun(call.store, call.staging));
    return new S3Load(call);
  }

  async attach(load: LoadRef, spec: StagingSpec): Promise<SinkLoad> {
    return new S3Load(await this.#call(load, spec));
  }

  async #call(load: LoadRef, spec: StagingSpec): Promise<LoadCall> {
    const ctx = this.#ctx;
    const store = await this.#store();
    let made: Promise<string> | undefined;
    const folder = (): Promise<string> =>
      (made ??= ctx.tempDir().then(async (temp) => {
        const path = join(temp, `s3-${load.loadId}`);
        await mkdir(path, { recursive: true });
        return path;
      }));
    const call = {
      store,
      layout: this.#layout,
      staging: stagingPrefix(this.#layout, load.loadId),
      folder,
      load,
      spec,
      transfer: { ...this.#transfer(), limit: limitTo(ctx.options.parallel_parts) },
      inspecting: this.#inspecting(store),
      ctx,
    };
    return {
      ...call,
      upload: async (path, partition) => {
        const whole = partUpload(call, path, partition);
        try {
          return await whole.finish();
        } finally {
          await whole.close();
        }
      },
    };
  }

  #transfer(): Omit<Transfer, 'limit'> {
    const { options, signal } = this.#ctx;
    return { partBytes: options.part_size << 20, attempts: options.max_attempts, signal };
  }

  #inspecting(store: Store): Inspecting {
    const { codecs, options } = this.#ctx;
    return {
      store,
      layout: this.#layout,
      codecs,
      transfer: this.#transfer(),
      parallel: options.parallel_parts,
      tempDir: () => this.#ctx.tempDir(),
    };
  }

  async close(): Promise<void> {
    (await this.#client)?.destroy();
  }
}
