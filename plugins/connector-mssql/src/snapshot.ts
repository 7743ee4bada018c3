import { fail } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { SourceOptions } from './options.js';
import type { Server } from './server.js';
import type { Session } from './session.js';

export interface SnapshotOf {
  readonly server: Server;
  readonly isolation: SourceOptions['isolation'];
  /** Quoted; what a lock can be taken of. */
  readonly table: string | undefined;
  /** What is read, for a FROM. */
  readonly from: string;
  readonly doing: Doing;
  readonly signal: AbortSignal;
}

/** Sessions that see one state of the source, as many as asked for, until they are closed. */
export class Snapshot {
  readonly #of: SnapshotOf;
  readonly #sessions: Session[] = [];
  /** Holds a shared lock of the table where that is what keeps the state. */
  #keeper: Session | undefined;

  constructor(of: SnapshotOf) {
    this.#of = of;
  }

  /** The first session, in which everything is looked up. */
  get session(): Session {
    return this.#sessions[0]!;
  }

  at(i: number): Session {
    return this.#sessions[i] ?? this.session;
  }

  /**
   * Opens so many sessions. Each SNAPSHOT transaction sees what was committed when it first reads; while they begin, a
   * shared lock of the table keeps everybody from writing it, so that all of them see the same
   * (https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table). One session needs no lock.
   */
  async open(count: number): Promise<void> {
    const { isolation } = this.#of;
    const locks = isolation === 'table_lock' || count > 1;
    if (locks) await this.#lock();
    for (let i = 0; i < count; i++) this.#sessions.push(await this.#begin());
    if (locks && isolation === 'snapshot') {
      await this.#keeper!.rollback();
      this.#keeper!.close();
      this.#keeper = undefined;
    }
  }

  async #lock(): Promise<void> {
    const { server, table, doing, signal } = this.#of;
    if (table === undefined)
      throw fail('DPONE_CAPABILITY', 'a query cannot be locked: isolation table_lock reads tables', {
        where: 'source.options.isolation',
        remedy: 'Allow SNAPSHOT isolation in the database, or read a table.',
      });
    this.#keeper = await server.session(signal);
    await this.#keeper.begin(doing);
    await this.#keeper.run(lockSql(table), doing, signal);
  }

  async #begin(): Promise<Session> {
    const { server, isolation, from, doing, signal } = this.#of;
    const session = await server.session(signal);
    await session.begin(doing, isolation === 'snapshot' ? 'SNAPSHOT' : 'READ COMMITTED');
    await session.run(`SELECT TOP (1) 1 AS it FROM ${from}`, doing, signal);
    return session;
  }

  /** Throws where the state was not kept until now. */
  async verify(): Promise<void> {
    const { doing } = this.#of;
    for (const session of [this.#keeper, ...this.#sessions]) {
      // Who left a read in its middle has a reason of its own, which this one would hide.
      if (session === undefined || session.busy) continue;
      const open = await session.count('SELECT @@TRANCOUNT AS n', doing).catch(() => 0);
      if (open !== 1)
        throw fail('DPONE_SOURCE_CHANGED', `${doing.what}: the transaction of the read has ended before its time`);
    }
  }

  async close(): Promise<void> {
    for (const session of [this.#keeper, ...this.#sessions]) {
      await session?.rollback();
      session?.close();
    }
    this.#keeper = undefined;
    this.#sessions.length = 0;
  }
}

/** Waits until nobody writes the table. Of TOP (0) the server would make a plan without the table, and lock nothing. */
export const lockSql = (table: string): string => `SELECT TOP (1) 1 AS it FROM ${table} WITH (TABLOCK, HOLDLOCK)`;
