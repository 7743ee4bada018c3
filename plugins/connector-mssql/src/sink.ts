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
  type SinkRollback,
  type StagingSpec,
  type StateRecord,
  type TargetInfo,
  type TargetLock,
} from '@dpone/sdk';
import type { MssqlConnection } from './connection/settings.js';
import type { Doing } from './errors.js';
import { explainProgram } from './finalize-sql.js';
import { sinkOffers } from './lane-offers.js';
import { lockTarget, type LockOwner } from './lock.js';
import { readMark, selectMarks } from './marks-sql.js';
import { compareAndSetState, createMeta, receiptOf, selectReceipts, selectStates, stateOf } from './meta-sql.js';
import { metaNames, STAGING_PREFIX, stagingNames, type MetaNames } from './names.js';
import type { SinkOptions } from './options.js';
import { sinkRollback } from './rollback.js';
import { openServer, type Server } from './server.js';
import type { Row, Session } from './session.js';
import { checkSink } from './sink-check.js';
import { MssqlLoad, type LoadContext } from './sink-load.js';
import { columnList, quoteName, tableLabel, tableName, textLiteral } from './sql.js';
import { createStaging, dropStaging, markShared, type StagingMark, type StagingPlan } from './staging-sql.js';
import { tableFacts, toSchema, type TableFacts } from './target.js';
import { columnType, stagedType } from './types.js';

/** Tables of SQL Server as a target. Connects when something is asked of it. */
export class MssqlSink implements Sink {
  readonly #ctx: SinkContext<MssqlConnection, SinkOptions>;
  readonly #server: Server;
  readonly #meta: MetaNames;
  readonly #label: string;
  readonly #doing: Doing;
  readonly rollback: SinkRollback;
  #facts: TableFacts | null = null;
  #inspected = false;
  #lock: TargetLock | undefined;

  constructor(ctx: SinkContext<MssqlConnection, SinkOptions>) {
    this.#ctx = ctx;
    this.#server = openServer(ctx.connection, ctx.options);
    this.#meta = metaNames(ctx.table);
    this.#label = tableLabel(ctx.table);
    this.#doing = { what: this.#label, code: 'DPONE_SINK_WRITE' };
    this.rollback = sinkRollback(ctx, (work) => this.#with(work));
  }

  async check(): Promise<CheckResult[]> {
    return checkSink(this.#server, this.#ctx.table, this.#ctx.stagingSchema);
  }

  async inspect(): Promise<TargetInfo> {
    return this.#with(async (session) => {
      const facts = await this.#look(session);
      return facts === null ? { exists: false, schema: null } : { exists: true, schema: toSchema(facts) };
    });
  }

  exceeds(rows: number): Promise<boolean> {
    const some = `SELECT TOP (${rows + 1}) 1 AS one FROM ${tableName(this.#ctx.table)}`;
    return this.#with(
      async (session) =>
        (await session.count(`SELECT COUNT_BIG(*) AS n FROM (${some}) AS first_rows`, this.#doing)) > rows,
    );
  }

  unfilled(column: string, successor: string): Promise<number> {
    const where = `${quoteName(column)} IS NOT NULL AND ${quoteName(successor)} IS NULL`;
    const count = `SELECT COUNT_BIG(*) AS n FROM ${tableName(this.#ctx.table)} WHERE ${where}`;
    return this.#with((session) => session.count(count, this.#doing));
  }

  accepts(_columns: readonly Column[]): readonly LaneOffer[] {
    return sinkOffers();
  }

  physicalType(column: Column): { readonly type: string } | { readonly refused: string } {
    return columnType(column);
  }

  explain(program: LoadProgram): readonly string[] {
    const spec = { columns: program.columns, framework: [], badRows: 'fail' } as const;
    const plan = { ...this.#plan(program.load, spec), facts: this.#facts };
    return explainProgram(program, plan, this.#ctx.options.keep_backup);
  }

  async lock(owner: LockOwner, waitMs: number): Promise<TargetLock> {
    this.#lock = await lockTarget(this.#server, this.#ctx.table, owner, waitMs, this.#ctx.signal);
    return this.#lock;
  }

  async openLoads(): Promise<readonly { readonly loadId: string }[]> {
    const { schema } = stagingNames('', this.#ctx.table, this.#ctx.stagingSchema);
    return this.#with(async (session) => {
      const rows = await session.rows(selectMarks(schema), this.#doing);
      const marks = rows.flatMap((row) => {
        const staged = String(row['name']).toLowerCase().startsWith(STAGING_PREFIX);
        const mark = staged ? readMark<StagingMark>(row['mark']) : undefined;
        return mark?.target === this.#label && mark.load_id !== undefined ? [mark.load_id] : [];
      });
      return [...new Set(marks)].map((loadId) => ({ loadId }));
    });
  }

  /** Finalize is one transaction: what did not commit left only staging behind. */
  async recover(loadId: string): Promise<'finished' | 'undone'> {
    const receipt = await this.receipt(loadId);
    await this.#with(async (session) => {
      const names = stagingNames(loadId, this.#ctx.table, this.#ctx.stagingSchema);
      for (const statement of dropStaging(names)) await session.run(statement, this.#doing);
    });
    return receipt === null ? 'undone' : 'finished';
  }

  async receipt(loadId: string): Promise<Receipt | null> {
    const rows = await this.#metaRows(this.#meta.loads, selectReceipts(this.#meta, `load_id = ${textLiteral(loadId)}`));
    return rows[0] === undefined ? null : receiptOf(rows[0]);
  }

  async history(limit: number): Promise<readonly Receipt[]> {
    const where = `target = ${textLiteral(this.#label)}`;
    const top = Math.max(0, Math.trunc(limit));
    return (await this.#metaRows(this.#meta.loads, selectReceipts(this.#meta, where, top))).map(receiptOf);
  }

  async state(key: string): Promise<StateRecord | null> {
    const rows = await this.#metaRows(this.#meta.state, selectStates(this.#meta, `[key] = ${textLiteral(key)}`));
    return rows[0] === undefined ? null : stateOf(rows[0]);
  }

  async states(): Promise<readonly StateRecord[]> {
    return (await this.#metaRows(this.#meta.state, selectStates(this.#meta, '1 = 1'))).map(stateOf);
  }

  async resetState(key: string): Promise<void> {
    await this.#with(async (session) => {
      if (await exists(session, this.#meta.state, this.#doing))
        await session.run(`DELETE FROM ${this.#meta.state} WHERE [key] = ${textLiteral(key)}`, this.#doing);
    });
  }

  async putState(record: Pick<StateRecord, 'key' | 'state' | 'loadId'>, expectedLoadId: string | null): Promise<void> {
    const now = this.#ctx.clock.now().toISOString();
    await this.#with(async (session) => {
      await session.transaction(this.#doing, async () => {
        for (const statement of createMeta(this.#meta)) await session.run(statement, this.#doing);
      });
      const changed = await session.change(compareAndSetState(this.#meta, record, expectedLoadId, now), this.#doing);
      if (changed !== 1) throw fail('DPONE_FENCED', `the state of ${record.key} was written by another load meanwhile`);
    });
  }

  async begin(load: LoadRef, staging: StagingSpec): Promise<SinkLoad> {
    return this.#with(async (session) => {
      if (!this.#inspected) await this.#look(session);
      const plan = { ...this.#plan(load, staging), facts: this.#facts };
      await session.transaction(this.#doing, async () => {
        for (const statement of createStaging(plan)) await session.run(statement, this.#doing);
      });
      return new MssqlLoad(this.#loadContext(plan));
    });
  }

  async attach(load: LoadRef, staging: StagingSpec): Promise<SinkLoad> {
    const plan = this.#plan(load, staging);
    await this.#with(async (session) => {
      await session.run(`SELECT TOP (0) ${columnList(staging.columns)} FROM ${plan.names.rows}`, this.#doing);
      await session.run(markShared(plan.names, load), this.#doing);
    });
    return new MssqlLoad(this.#loadContext(plan));
  }

  async close(): Promise<void> {
    await this.#lock?.release().catch(() => undefined);
    await this.#server.close();
  }

  async #look(session: Session): Promise<TableFacts | null> {
    this.#facts = await tableFacts(session, this.#ctx.table, this.#doing);
    this.#inspected = true;
    return this.#facts;
  }

  #plan(load: LoadRef, spec: StagingSpec): Omit<StagingPlan, 'facts'> {
    return {
      names: stagingNames(load.loadId, load.target, this.#ctx.stagingSchema),
      load,
      spec,
      typeOf: (column) => this.#typeOf(column),
      collation: this.#ctx.options.collation,
      now: this.#ctx.clock.now().toISOString(),
    };
  }

  #loadContext({ names, load, spec, typeOf, collation }: Omit<StagingPlan, 'facts'>): LoadContext {
    return {
      server: this.#server,
      names,
      meta: this.#meta,
      load,
      spec,
      types: spec.columns.map((column) => stagedType(typeOf(column))),
      typeOf,
      collation,
      plugin: this.#ctx,
      step: this.#ctx.step,
      keepBackup: this.#ctx.options.keep_backup,
    };
  }

  #typeOf(column: Column): string {
    const type = columnType(column);
    if ('refused' in type) throw fail('DPONE_NO_LANE', type.refused, { where: `column ${column.name}` });
    return type.type;
  }

  async #with<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#server.session();
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }

  async #metaRows(table: string, sql: string): Promise<Row[]> {
    return this.#with(async (session) =>
      (await exists(session, table, this.#doing)) ? session.rows(sql, this.#doing) : [],
    );
  }
}

const exists = async (session: Session, table: string, doing: Doing): Promise<boolean> =>
  (await session.row(`SELECT OBJECT_ID(${textLiteral(table)}, N'U') AS it`, doing))?.['it'] !== null;
