import {
  fail,
  quoteLiteral,
  swaps,
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
import { toReceipt, toState } from '@dpone/sdk/connector';
import { checkDatabase } from './check.js';
import { databasePath, fileExists, openDatabase, type Database, type Mode } from './connection.js';
import type { Doing } from './errors.js';
import { programStatements } from './finalize-sql.js';
import { lockTarget, type LockOwner } from './lock.js';
import { sinkOffers } from './lane-offers.js';
import { compareAndSetState, createMeta, selectReceipts, selectStates } from './meta-sql.js';
import { metaNames, stagingNames, type MetaNames, type StagingNames } from './names.js';
import { openLoads } from './open-loads.js';
import type { DuckDBConnectionOptions, SinkOptions } from './options.js';
import type { Row, Session } from './session.js';
import { sinkRollback } from './rollback.js';
import { DuckDBLoad, stagedList } from './sink-load.js';
import { DEFAULT_SCHEMA, tableLabel, tableName } from './sql.js';
import type { StageContext } from './stage.js';
import { createStaging, dropStaging } from './staging-sql.js';
import { tableExists, tableFacts, toSchema, unfilledRows, type TableFacts } from './target.js';
import { columnType } from './types.js';

/** Tables of a DuckDB file as a target. The file is opened when something is asked of it, for writing only by a load. */
export class DuckDBSink implements Sink {
  readonly #ctx: SinkContext<DuckDBConnectionOptions, SinkOptions>;
  readonly #path: string;
  readonly #meta: MetaNames;
  readonly #label: string;
  readonly #doing: Doing;
  readonly rollback: SinkRollback;
  #open: { database: Database; mode: Mode } | undefined;
  #facts: TableFacts | null = null;
  #lock: TargetLock | undefined;

  constructor(ctx: SinkContext<DuckDBConnectionOptions, SinkOptions>) {
    this.#ctx = ctx;
    this.#path = databasePath(ctx.connection.path, ctx.workdir);
    this.#meta = metaNames(ctx.table);
    this.#label = tableLabel(ctx.table);
    this.#doing = { what: `${this.#label} in ${this.#path}`, code: 'DPONE_SINK_WRITE' };
    this.rollback = sinkRollback(ctx, {
      reading: (absent, work) => this.#reading(absent, work),
      writing: (work) => this.#writing(work),
    });
  }

  async check(): Promise<CheckResult[]> {
    return checkDatabase(this.#path, 'write', () => this.#database('write'), this.#ctx.table);
  }

  async inspect(): Promise<TargetInfo> {
    const info = await this.#reading<TargetInfo>({ exists: false, schema: null }, async (session) => {
      this.#facts = await tableFacts(session, this.#ctx.table, this.#doing);
      if (this.#facts === null) return { exists: false, schema: null };
      const rows = await session.count(`SELECT count(*) FROM ${tableName(this.#ctx.table)}`, this.#doing);
      return { exists: true, schema: toSchema(this.#facts), rows };
    });
    const unreadable = [...(this.#facts?.unreadable ?? [])];
    if (unreadable.length > 0)
      throw fail(
        'DPONE_SCHEMA_BREAKING',
        `${this.#label} has columns of types that dpone cannot write: ${unreadable.map(([c, t]) => `${c} ${t}`).join(', ')}`,
      );
    return info;
  }

  unfilled(...columns: [column: string, successor: string]): Promise<number> {
    return this.#reading(0, (session) => session.count(unfilledRows(this.#ctx.table, ...columns), this.#doing));
  }

  accepts(columns: readonly Column[]): readonly LaneOffer[] {
    return sinkOffers(columns);
  }

  physicalType(column: Column): { readonly type: string } | { readonly refused: string } {
    return columnType(column);
  }

  explain(program: LoadProgram): readonly string[] {
    const names = this.#names(program.load.loadId, swaps(program.steps));
    const statements = programStatements(program, names, this.#facts, this.#ctx.options.keep_backup);
    return ['BEGIN', ...statements.map((s) => s.sql), 'COMMIT'];
  }

  async lock(owner: LockOwner, waitMs: number): Promise<TargetLock> {
    const lock = await lockTarget(() => this.#database('write'), this.#ctx.table, owner, waitMs, this.#ctx.signal);
    this.#lock = lock;
    return lock;
  }

  async openLoads(): Promise<readonly { readonly loadId: string }[]> {
    const { schema } = this.#names('');
    return this.#reading<{ loadId: string }[]>([], (session) => openLoads(session, schema, this.#label, this.#doing));
  }

  /** Finalize is one transaction: what did not commit left only staging behind. */
  async recover(loadId: string): Promise<'finished' | 'undone'> {
    const receipt = await this.receipt(loadId);
    await this.#writing(async (session) => {
      for (const statement of dropStaging(this.#names(loadId))) await session.run(statement, this.#doing);
    });
    return receipt === null ? 'undone' : 'finished';
  }

  async receipt(loadId: string): Promise<Receipt | null> {
    const rows = await this.#metaRows(
      '__dpone__loads',
      selectReceipts(this.#meta, `load_id = ${quoteLiteral(loadId)}`),
    );
    return rows[0] === undefined ? null : toReceipt(rows[0]);
  }

  async history(limit: number): Promise<readonly Receipt[]> {
    const where = `target = ${quoteLiteral(this.#label)}`;
    const rows = await this.#metaRows(
      '__dpone__loads',
      `${selectReceipts(this.#meta, where)} LIMIT ${Math.max(0, Math.trunc(limit))}`,
    );
    return rows.map(toReceipt);
  }

  async state(key: string): Promise<StateRecord | null> {
    const rows = await this.#metaRows('__dpone__state', selectStates(this.#meta, `key = ${quoteLiteral(key)}`));
    return rows[0] === undefined ? null : toState(rows[0]);
  }

  async states(): Promise<readonly StateRecord[]> {
    return (await this.#metaRows('__dpone__state', selectStates(this.#meta, 'true'))).map(toState);
  }

  async resetState(key: string): Promise<void> {
    if (!(await fileExists(this.#path))) return;
    await this.#writing(async (session) => {
      const table = { ...this.#ctx.table, name: '__dpone__state' };
      if (await tableExists(session, table, this.#doing))
        await session.run(`DELETE FROM ${this.#meta.state} WHERE key = ${quoteLiteral(key)}`, this.#doing);
    });
  }

  async putState(record: Pick<StateRecord, 'key' | 'state' | 'loadId'>, expectedLoadId: string | null): Promise<void> {
    const now = this.#ctx.clock.now().toISOString();
    await this.#writing(async (session) => {
      for (const statement of createMeta(this.#ctx.table, this.#meta)) await session.run(statement, this.#doing);
      const changed = await session.run(compareAndSetState(this.#meta, record, expectedLoadId, now), this.#doing);
      if (changed !== 1) throw fail('DPONE_FENCED', `the state of ${record.key} was written by another load meanwhile`);
    });
  }

  async begin(load: LoadRef, staging: StagingSpec): Promise<SinkLoad> {
    const ctx = this.#stageContext(load, staging);
    const database = await this.#database('write');
    await this.#writing((session) =>
      session.transaction(this.#doing, async () => {
        for (const statement of createStaging(ctx.names, load, staging)) await session.run(statement, this.#doing);
      }),
    );
    return new DuckDBLoad(database, ctx, this.#meta, this.#ctx.step);
  }

  async attach(load: LoadRef, staging: StagingSpec): Promise<SinkLoad> {
    const ctx = this.#stageContext(load, staging);
    const database = await this.#database('write');
    await this.#writing((session) =>
      session.rows(`SELECT ${stagedList(ctx)} FROM ${ctx.names.rows} LIMIT 0`, this.#doing),
    );
    return new DuckDBLoad(database, ctx, this.#meta, this.#ctx.step);
  }

  async close(): Promise<void> {
    const open = this.#open;
    // A load that broke off before it released: nobody else in this process could tell that its owner is gone.
    if (open !== undefined) await this.#lock?.release();
    this.#open = undefined;
    this.#lock = undefined;
    await open?.database.close();
  }

  /** Without more: what a process that is gone may have left. */
  #names(loadId: string, mayBecomeTarget?: boolean): StagingNames {
    return stagingNames(loadId, this.#ctx.table, { schema: this.#ctx.stagingSchema, mayBecomeTarget });
  }

  #stageContext(load: LoadRef, spec: StagingSpec): StageContext {
    const { signal, clock } = this.#ctx;
    return {
      names: this.#names(load.loadId, spec.mayBecomeTarget),
      load,
      spec,
      signal,
      now: () => clock.now(),
      tempDir: () => this.#ctx.tempDir(),
      keepBackup: this.#ctx.options.keep_backup,
    };
  }

  /** The file, opened once and kept; a load that follows a look opens it again for writing. */
  async #database(mode: Mode): Promise<Database> {
    const open = this.#open;
    if (open !== undefined && (open.mode === 'write' || mode === 'read')) return open.database;
    const database = await openDatabase(this.#path, mode, this.#ctx.limits, () => this.#ctx.tempDir());
    this.#open = { database, mode };
    await open?.database.close();
    return database;
  }

  async #writing<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await (await this.#database('write')).session();
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }

  /** A look at the file; `absent` where there is no file, which a look must not make. */
  async #reading<T>(absent: T, work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#open === undefined && this.#path !== ':memory:' && !(await fileExists(this.#path))) return absent;
    const session = await (await this.#database('read')).session();
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }

  async #metaRows(name: string, sql: string): Promise<Row[]> {
    return this.#reading<Row[]>([], async (session) => {
      const table = { schema: this.#ctx.table.schema ?? DEFAULT_SCHEMA, name };
      return (await tableExists(session, table, this.#doing)) ? session.rows(sql, this.#doing) : [];
    });
  }
}
