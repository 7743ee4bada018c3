import {
  fail,
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
  type TableRef,
  type TargetInfo,
  type TargetLock,
} from '@dpone/sdk';
import { checkSink } from './check.js';
import { assertCluster, catchUpAll } from './cluster.js';
import { designFor, designOf, type Design } from './design.js';
import type { Doing } from './errors.js';
import { explainLoad, finalizeLoad } from './finalize.js';
import { sinkOffers } from './lane-offers.js';
import { LoadRecords } from './load-records.js';
import { lockTarget, type LockOwner, type LockPlace } from './lock.js';
import { makeMeta } from './make-meta.js';
import { loadOfTable, loadTables, metaNames, STAGING_PREFIX, type LoadTables, type MetaNames } from './names.js';
import type { ClickHouseConnection, SinkOptions } from './options.js';
import { Session } from './session.js';
import { clearLoad, settleLoad, type SettlePlace } from './settle.js';
import { ClickHouseLoad } from './sink-load.js';
import { columnList, tableLabel, tableName, text } from './sql.js';
import type { StageContext } from './stage.js';
import { createStaging, dropStaging, markOf } from './staging-sql.js';
import { tableFacts, toSchema, unfilledRows, type TableFacts } from './table-facts.js';
import { columnType } from './types.js';

/** Tables of a ClickHouse server as a target. */
export class ClickHouseSink implements Sink {
  readonly #ctx: SinkContext<ClickHouseConnection, SinkOptions>;
  readonly #target: TableRef;
  readonly #meta: MetaNames;
  readonly #label: string;
  readonly #design: Design;
  readonly #doing: Doing;
  #session: Promise<Session> | undefined;
  #facts: TableFacts | null = null;
  #lock: TargetLock | undefined;

  constructor(ctx: SinkContext<ClickHouseConnection, SinkOptions>) {
    this.#ctx = ctx;
    this.#target = { schema: ctx.table.schema ?? ctx.connection.database, name: ctx.table.name };
    this.#meta = metaNames(this.#target);
    this.#label = tableLabel(this.#target);
    this.#design = designOf(ctx.options);
    this.#doing = { what: this.#label, code: 'DPONE_SINK_WRITE' };
  }

  check(): Promise<CheckResult[]> {
    return checkSink(() => this.#opened(), this.#target, this.#ctx.stagingSchema, this.#design);
  }

  async inspect(): Promise<TargetInfo> {
    const session = await this.#opened();
    this.#facts = await tableFacts(session, this.#target, this.#doing);
    await assertCluster(session, this.#target, this.#facts, designFor(this.#design, this.#facts), this.#doing);
    if (this.#facts === null) return { exists: false, schema: null };
    const unreadable = [...this.#facts.unreadable];
    if (unreadable.length > 0)
      throw fail(
        'DPONE_SCHEMA_BREAKING',
        `${this.#label} has columns of types that dpone cannot write: ${unreadable.map(([c, t]) => `${c} ${t}`).join(', ')}`,
      );
    const rows = await session.count(`SELECT count() FROM ${tableName(this.#target)}`, this.#doing);
    return { exists: true, schema: toSchema(this.#facts), rows };
  }

  async unfilled(...columns: [column: string, successor: string]): Promise<number> {
    return (await this.#opened()).count(unfilledRows(this.#target, ...columns), this.#doing);
  }

  accepts(_columns: readonly Column[]): readonly LaneOffer[] {
    return sinkOffers(this.#ctx.options.reads_s3);
  }

  physicalType(column: Column): { readonly type: string } | { readonly refused: string } {
    return columnType(column);
  }

  explain(program: LoadProgram): readonly string[] {
    const tables = this.#tables(program.load.loadId);
    return explainLoad(this.#qualified(program), this.#facts, {
      tables,
      design: this.#design,
      replacing: this.#replacing,
    });
  }

  async lock(owner: LockOwner, waitMs: number): Promise<TargetLock> {
    const session = await this.#opened();
    const design = designFor(this.#design, await tableFacts(session, this.#target, this.#doing));
    await makeMeta(session, this.#target, design);
    this.#lock = await lockTarget(this.#locked(session), owner, waitMs, this.#ctx.signal);
    return this.#lock;
  }

  async openLoads(): Promise<readonly { readonly loadId: string }[]> {
    const session = await this.#opened();
    const schemas = [...new Set([this.#target.schema!, this.#ctx.stagingSchema ?? this.#target.schema!])];
    const tables = await session.rows(
      `SELECT name, comment FROM system.tables WHERE database IN (${schemas.map(text).join(', ')}) ` +
        `AND startsWith(name, ${text(STAGING_PREFIX)}) ORDER BY name`,
      this.#doing,
    );
    const staged = tables
      .filter((row) => markOf(row['comment'])?.target === this.#label)
      .map((row) => loadOfTable(String(row['name'])));
    const loads = new Set([...staged, ...(await (await this.#records()).intended())]);
    return [...loads].toSorted().map((loadId) => ({ loadId }));
  }

  async recover(loadId: string): Promise<'finished' | 'undone'> {
    const done = (await this.receipt(loadId)) !== null;
    await clearLoad(await this.#place(), loadId);
    return done ? 'finished' : 'undone';
  }

  /** Of a load whose table took the target's place and which could not say so any more, the receipt is written now. */
  async receipt(loadId: string): Promise<Receipt | null> {
    const records = await this.#records();
    const stored = await records.receipt(loadId);
    return stored ?? ((await settleLoad(await this.#place(), loadId)) ? records.receipt(loadId) : null);
  }

  async history(limit: number): Promise<readonly Receipt[]> {
    return (await this.#records()).history(limit);
  }

  async state(key: string): Promise<StateRecord | null> {
    return (await this.#records()).state(key);
  }

  async states(): Promise<readonly StateRecord[]> {
    return (await this.#records()).states();
  }

  async resetState(key: string): Promise<void> {
    await (await this.#records()).resetState(key);
  }

  async begin(load: LoadRef, staging: StagingSpec): Promise<SinkLoad> {
    const session = await this.#opened();
    const at = { ...load, target: this.#target };
    const facts = await tableFacts(session, this.#target, this.#doing);
    const tables = this.#tables(load.loadId);
    await session.runAll(dropStaging(tables, designFor(this.#design, facts)), this.#doing);
    await session.runAll(createStaging(tables, at, staging, facts, this.#design), this.#doing);
    return this.#load(session, at, staging);
  }

  async attach(load: LoadRef, staging: StagingSpec): Promise<SinkLoad> {
    const session = await this.#opened();
    const columns = columnList([...staging.columns, ...staging.framework]);
    await session.rows(`SELECT ${columns} FROM ${tableName(this.#tables(load.loadId).rows)} LIMIT 0`, this.#doing);
    return this.#load(session, { ...load, target: this.#target }, staging);
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    this.#session = undefined;
    this.#lock = undefined;
    await session?.close();
  }

  get #replacing(): boolean {
    return this.#ctx.options.merge === 'replacing';
  }

  #load(session: Session, load: LoadRef, spec: StagingSpec): SinkLoad {
    const tables = this.#tables(load.loadId);
    const { signal, clock, log, step } = this.#ctx;
    const stage: StageContext = {
      session,
      tables,
      load,
      spec,
      signal,
      now: () => clock.now(),
      tempDir: () => this.#ctx.tempDir(),
      wideTimes: session.facts.wideTimes,
      catchUp: catchUpAll(designFor(this.#design, this.#facts), tables.rows),
    };
    return new ClickHouseLoad(stage, {
      finalize: async (program) => {
        const stored = await this.receipt(load.loadId);
        if (stored !== null) return stored;
        return finalizeLoad(this.#qualified(program), {
          session,
          tables,
          meta: this.#meta,
          place: this.#locked(session),
          design: this.#design,
          replacing: this.#replacing,
          step,
          signal,
          log,
        });
      },
      drop: async () => {
        await this.receipt(load.loadId);
        await clearLoad(await this.#place(), load.loadId);
      },
    });
  }

  /** The program with the target's database, which a manifest may leave to the connection. */
  #qualified(program: LoadProgram): LoadProgram {
    return { ...program, load: { ...program.load, target: this.#target } };
  }

  #tables(loadId: string): LoadTables {
    return loadTables(loadId, this.#target, this.#ctx.stagingSchema);
  }

  #locked(session: Session): LockPlace {
    return { session, locks: this.#meta.locks, label: this.#label };
  }

  /** Where a load is settled. */
  async #place(): Promise<SettlePlace> {
    return {
      session: await this.#opened(),
      target: this.#target,
      meta: this.#meta,
      design: this.#design,
      tables: (loadId) => this.#tables(loadId),
    };
  }

  async #records(): Promise<LoadRecords> {
    return new LoadRecords(await this.#opened(), this.#target, this.#meta);
  }

  #opened(): Promise<Session> {
    const { connection, options } = this.#ctx;
    this.#session ??= Session.open(connection, options.settings, options.connect_timeout_ms);
    return this.#session;
  }
}
