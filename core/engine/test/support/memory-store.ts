import { fail, type Column, type Json, type Receipt, type StateRecord } from '@dpone/sdk';

export type Row = readonly unknown[];

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

interface Lock {
  readonly loadId: string;
  readonly session: number;
}

/** What the store holds durably; a transaction works on a copy and puts it back whole. */
export interface Durable {
  readonly tables: Map<string, Table>;
  readonly receipts: Receipt[];
  readonly states: Map<string, StateRecord>;
}

/**
 * A small database server in this process: sessions, locks that die with their session, staging, transactions. `crash`
 * severs every session, as the death of the processes behind them would.
 */
export class MemoryStore {
  durable: Durable = { tables: new Map(), receipts: [], states: new Map() };
  readonly staging = new Map<string, { target: string; partitions: Map<number, Row[]> }>();
  readonly locks = new Map<string, Lock>();
  /** The newest fencing token of each target. */
  readonly fences = new Map<string, number>();
  /** Bumped by every write to a table that is no load's: what a source's `verify` compares. */
  version = 0;
  readonly #alive = new Set<number>();
  #sessions = 0;

  connect(): number {
    this.#alive.add(++this.#sessions);
    return this.#sessions;
  }

  disconnect(session: number): void {
    this.#alive.delete(session);
    for (const [target, lock] of this.locks) if (lock.session === session) this.locks.delete(target);
  }

  crash(): void {
    for (const session of this.#alive) this.disconnect(session);
  }

  alive(session: number): void {
    if (!this.#alive.has(session)) throw fail('DPONE_CONNECTION_FAILED', `session ${session} was severed`);
  }

  put(name: string, columns: readonly Column[], rows: readonly Row[]): void {
    this.version++;
    this.durable.tables.set(name, { columns, rows });
  }

  begin(): Durable {
    const { tables, receipts, states } = this.durable;
    return { tables: new Map(tables), receipts: [...receipts], states: new Map(states) };
  }

  table(name: string): Table | undefined {
    return this.durable.tables.get(name);
  }

  /** The rows of a table as objects of the given columns, sorted by their text, for comparison. */
  rows(name: string, columns: readonly string[]): Record<string, unknown>[] {
    const table = this.table(name);
    if (table === undefined) return [];
    const at = columns.map((column) => table.columns.findIndex((c) => c.name === column));
    return table.rows
      .map((row) => Object.fromEntries(columns.map((column, i) => [column, row[at[i]!] ?? null])))
      .toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
  }

  state(key: string): Json | undefined {
    return this.durable.states.get(key)?.state;
  }
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
