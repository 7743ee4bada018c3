import {
  fail,
  quoteIdent,
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
import { toReceipt } from '@dpone/sdk/connector';
import type { PostgresConnection } from './connection/settings.js';
import type { Doing } from './errors.js';
import { explainProgram } from './finalize-sql.js';
import { lockTarget, type LockOwner } from './lock.js';
import { selectReceipts } from './meta-sql.js';
import { metaNames, stagingNames, type MetaNames } from './names.js';
import { requiredColumns } from './not-null.js';
import { openLoads } from './open-loads.js';
import type { SinkOptions } from './options.js';
import { openServer, useSession, type Server } from './server.js';
import { sinkRollback } from './rollback.js';
import type { Row, Session } from './session.js';
import { checkSink } from './sink-check.js';
import { PostgresLoad, stagedList, type LoadContext } from './sink-load.js';
import { sinkOffers } from './sink-offers.js';
import { tableLabel, tableName, textLiteral } from './sql.js';
import { createStaging, dropStaging, markShared, type StagedColumn } from './staging-sql.js';
import { putState, readStates, removeState, type StateTable } from './state-table.js';
import { stagingColumnsInTargetOrder } from './swap.js';
import { tableFacts, toSchema, type TableFacts } from './target.js';
import { columnType } from './types.js';

/** Keys are looked at in memory: the 4 MB that a server allows by default would sort them on disk. */
const SETTINGS = { work_mem: '64MB' };

/** Tables of a Postgres database as a target. Connects when something is asked of it. */
export class PostgresSink implements Sink {
  readonly #ctx: SinkContext<PostgresConnection, SinkOptions>;
  readonly #server: Server;
  readonly #meta: MetaNames;
  readonly #label: string;
  readonly #doing: Doing;
  readonly rollback: SinkRollback;
  #facts: TableFacts | null = null;
  #serverVersion = 0;
  #lock: TargetLock | undefined;

  constructor(ctx: SinkContext<PostgresConnection, SinkOptions>) {
    this.#ctx = ctx;
    this.#server = openServer(ctx.connection, ctx.options, SETTINGS);
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
      this.#serverVersion = await session.count("SELECT current_setting('server_version_num')", this.#doing);
      this.#facts = await tableFacts(session, this.#ctx.table, this.#doing);
      return this.#facts === null ? { exists: false, schema: null } : { exists: true, schema: toSchema(this.#facts) };
    });
  }

  exceeds(rows: number): Promise<boolean> {
    const some = `SELECT FROM ${tableName(this.#ctx.table)} LIMIT ${rows + 1}`;
    return this.#with(
      async (session) => (await session.count(`SELECT count(*) FROM (${some}) AS first_rows`, this.#doing)) > rows,
    );
  }

  unfilled(column: string, successor: string): Promise<number> {
    const where = `${quoteIdent(column)} IS NOT NULL AND ${quoteIdent(successor)} IS NULL`;
    const count = `SELECT count(*) FROM ${tableName(this.#ctx.table)} WHERE ${where}`;
    return this.#with((session) => session.count(count, this.#doing));
  }

  accepts(_columns: readonly Column[]): readonly LaneOffer[] {
    return sinkOffers(this.#knownTypes());
  }

  physicalType(column: Column): { readonly type: string } | { readonly refused: string } {
    return columnType(column, this.#knownTypes());
  }

  explain(program: LoadProgram): readonly string[] {
    const names = stagingNames(program.load.loadId, program.load.target, this.#ctx.stagingSchema);
    const context = {
      names,
      facts: this.#facts,
      serverVersion: this.#serverVersion,
      typeOf: (column: Column) => this.#typeOf(column),
    };
    return explainProgram(program, context, this.#ctx.options.keep_backup);
  }

  async lock(owner: LockOwner, waitMs: number): Promise<TargetLock> {
    this.#lock = await lockTarget(this.#server, this.#ctx.table, owner, waitMs, this.#ctx.signal);
    return this.#lock;
  }

  async openLoads(): Promise<readonly { readonly loadId: string }[]> {
    const { schema } = stagingNames('', this.#ctx.table, this.#ctx.stagingSchema);
    return this.#with((session) => openLoads(session, schema, this.#label, this.#doing));
  }

  /** Finalize is one transaction: what did not commit left only staging behind. */
  async recover(loadId: string): Promise<'finished' | 'undone'> {
    const receipt = await this.receipt(loadId);
    const names = stagingNames(loadId, this.#ctx.table, this.#ctx.stagingSchema);
    await this.#with((session) => session.script(dropStaging(names), this.#doing));
    return receipt === null ? 'undone' : 'finished';
  }

  async receipt(loadId: string): Promise<Receipt | null> {
    const rows = await this.#metaRows(this.#meta.loads, selectReceipts(this.#meta, `load_id = ${textLiteral(loadId)}`));
    return rows[0] === undefined ? null : toReceipt(rows[0]);
  }

  async history(limit: number): Promise<readonly Receipt[]> {
    const where = `target = ${textLiteral(this.#label)}`;
    const rows = await this.#metaRows(
      this.#meta.loads,
      `${selectReceipts(this.#meta, where)} LIMIT ${Math.max(0, Math.trunc(limit))}`,
    );
    return rows.map(toReceipt);
  }

  async state(key: string): Promise<StateRecord | null> {
    return (await this.#states(`key = ${textLiteral(key)}`))[0] ?? null;
  }

  states(): Promise<readonly StateRecord[]> {
    return this.#states('true');
  }

  async resetState(key: string): Promise<void> {
    await this.#with((session) => removeState(session, this.#stateTable, key, this.#doing));
  }

  async putState(record: Pick<StateRecord, 'key' | 'state' | 'loadId'>, expectedLoadId: string | null): Promise<void> {
    const at = { now: this.#ctx.clock.now().toISOString(), doing: this.#doing };
    await this.#with((session) => putState(session, this.#stateTable, record, expectedLoadId, at));
  }

  async begin(load: LoadRef, staging: StagingSpec): Promise<SinkLoad> {
    const ctx = this.#loadContext(load, staging);
    const columns = stagedColumns(this.#facts, staging);
    const statements = createStaging(ctx.names, load, { ...staging, columns }, (c) => this.#typeOf(c));
    await this.#with((session) => session.script(statements, this.#doing));
    return new PostgresLoad(ctx, new Set(columns.flatMap((c) => (c.nullable ? [] : [c.name]))));
  }

  async attach(load: LoadRef, staging: StagingSpec): Promise<SinkLoad> {
    const ctx = this.#loadContext(load, staging);
    await this.#with(async (session) => {
      await session.rows(`SELECT ${stagedList(ctx)} FROM ${ctx.names.rows} LIMIT 0`, this.#doing);
      await session.run(markShared(ctx.names, load), this.#doing);
    });
    return new PostgresLoad(ctx);
  }

  async close(): Promise<void> {
    await this.#lock?.release().catch(() => undefined);
    await this.#server.close();
  }

  get #stateTable(): StateTable {
    return { schema: this.#meta.schema, table: this.#meta.state };
  }

  #states(where: string): Promise<StateRecord[]> {
    return this.#with((session) => readStates(session, this.#stateTable, where, this.#doing));
  }

  #loadContext(load: LoadRef, spec: StagingSpec): LoadContext {
    return {
      server: this.#server,
      names: stagingNames(load.loadId, this.#ctx.table, this.#ctx.stagingSchema),
      meta: this.#meta,
      load,
      spec,
      required: requiredColumns(this.#facts),
      types: spec.columns.map((column) => this.#typeOf(column)),
      typeOf: (column) => this.#typeOf(column),
      serverVersion: this.#serverVersion,
      plugin: this.#ctx,
      step: this.#ctx.step,
      keepBackup: this.#ctx.options.keep_backup,
    };
  }

  /** Types that the target's columns have: they are there, also where they are no built-in ones. */
  #knownTypes(): ReadonlySet<string> {
    return new Set((this.#facts?.columns ?? []).flatMap((c) => (c.native === undefined ? [] : [c.native.type])));
  }

  #typeOf(column: Column): string {
    const type = columnType(column, this.#knownTypes());
    if ('refused' in type) throw fail('DPONE_NO_LANE', type.refused, { where: `column ${column.name}` });
    return type.type;
  }

  #with<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return useSession(this.#server, work);
  }

  async #metaRows(table: string, sql: string): Promise<Row[]> {
    return this.#with(async (session) =>
      (await exists(session, table, this.#doing)) ? session.rows(sql, this.#doing) : [],
    );
  }
}

/**
 * The columns of staging, in the target's order. NOT NULL where the source and the target both say so: what the manifest
 * alone asks for is a check, which tells rows that break it.
 */
function stagedColumns(facts: TableFacts | null, { columns }: StagingSpec): StagedColumn[] {
  if (facts === null) return columns.map((c) => ({ ...c, nullable: true }));
  const required = requiredColumns(facts);
  return stagingColumnsInTargetOrder(facts, columns).map((c) => ({
    ...c,
    nullable: c.nullable || !required.has(c.name),
    notNullName: required.get(c.name),
  }));
}

const exists = async (session: Session, table: string, doing: Doing): Promise<boolean> =>
  (await session.row(`SELECT to_regclass(${textLiteral(table)}) AS it`, doing))?.['it'] !== null;
