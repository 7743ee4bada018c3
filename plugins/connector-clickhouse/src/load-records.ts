import type { Receipt, StateRecord, TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { insertState, receiptOf, selectReceipts, selectStates, stateOf } from './meta-sql.js';
import type { MetaNames } from './names.js';
import type { Row, Session } from './session.js';
import { hasTable } from './settle.js';
import { tableLabel, text } from './sql.js';

/** Receipts, states and intents in the target's database; none where no load has made their tables yet. */
export class LoadRecords {
  readonly #session: Session;
  readonly #target: TableRef;
  readonly #meta: MetaNames;
  readonly #doing: Doing;

  constructor(session: Session, target: TableRef, meta: MetaNames) {
    this.#session = session;
    this.#target = target;
    this.#meta = meta;
    this.#doing = { what: tableLabel(target), code: 'DPONE_SINK_WRITE' };
  }

  async receipt(loadId: string): Promise<Receipt | null> {
    const rows = await this.#rows('__dpone__loads', selectReceipts(this.#meta, `load_id = ${text(loadId)}`));
    return rows[0] === undefined ? null : receiptOf(rows[0]);
  }

  /** The newest first. */
  async history(limit: number): Promise<readonly Receipt[]> {
    const sql = selectReceipts(this.#meta, `target = ${text(tableLabel(this.#target))}`);
    const rows = await this.#rows('__dpone__loads', `SELECT * FROM (${sql}) LIMIT ${Math.max(0, Math.trunc(limit))}`);
    return rows.map(receiptOf);
  }

  async state(key: string): Promise<StateRecord | null> {
    const rows = await this.#rows('__dpone__state', selectStates(this.#meta, `key = ${text(key)}`));
    return rows[0] === undefined ? null : stateOf(rows[0]);
  }

  async states(): Promise<readonly StateRecord[]> {
    return (await this.#rows('__dpone__state', selectStates(this.#meta, 'true'))).map(stateOf);
  }

  async resetState(key: string): Promise<void> {
    const [newest] = await this.#rows(
      '__dpone__state',
      `SELECT max(fence) AS fence, count() AS rows FROM ${this.#meta.state} WHERE key = ${text(key)}`,
    );
    if (newest === undefined || Number(newest['rows']) === 0) return;
    await this.#session.run(insertState(this.#meta, key, null, '', Number(newest['fence']), true), this.#doing);
  }

  /** Loads that said that they are about to change the target. */
  async intended(): Promise<readonly string[]> {
    const rows = await this.#rows(
      '__dpone__intents',
      `SELECT DISTINCT load_id FROM ${this.#meta.intents} WHERE target = ${text(tableLabel(this.#target))}`,
    );
    return rows.map((row) => String(row['load_id']));
  }

  async #rows(name: string, sql: string): Promise<Row[]> {
    if (!(await hasTable(this.#session, this.#target, name))) return [];
    return this.#session.rows(sql, this.#doing, { settings: { select_sequential_consistency: 1 } });
  }
}
