import type { Receipt, StateRecord } from '@dpone/sdk';
import { toReceipt, toState } from '@dpone/sdk/connector';
import { engineClause, onCluster, type Design } from './design.js';
import type { MetaNames } from './names.js';
import type { Row } from './session.js';
import { text } from './sql.js';

/** Tokens that the lock's table remembers: far more than there are workers that could wake up late. */
const TOKENS = 10_000;
const TIME = "DateTime64(6, 'UTC')";

/** The tables of dpone in the target's database; replicated where the loaded tables are. */
export function createMeta(names: MetaNames, design: Design): string[] {
  const table = (name: string, columns: string, order: string, version?: string, settings?: string): string =>
    `CREATE TABLE IF NOT EXISTS ${name}${onCluster(design)} (${columns}) ENGINE = ` +
    `${engineClause(version === undefined ? 'MergeTree' : `ReplacingMergeTree(${version})`, design)} ORDER BY ${order}` +
    (settings === undefined ? '' : ` SETTINGS ${settings}`);
  return [
    table(
      names.loads,
      'load_id String, run_id String, process String, target String, strategy String, fence UInt64, ' +
        'rows_staged UInt64, rows_rejected UInt64, inserted UInt64, updated UInt64, deleted UInt64, ' +
        `final_rows Nullable(UInt64), started_at ${TIME}, committed_at ${TIME}, detail String`,
      '(target, load_id)',
      'committed_at',
    ),
    table(names.state, `key String, fence UInt64, state String, load_id String, updated_at ${TIME}, gone Bool`, 'key'),
    table(
      names.locks,
      `target String, fence UInt64, kind Enum8('taken' = 1, 'alive' = 2, 'free' = 3), owner String, load_id String, host String, pid UInt64, at ${TIME} DEFAULT now64(6)`,
      '(target, fence)',
      undefined,
      design.replicated
        ? `replicated_deduplication_window = ${TOKENS}`
        : `non_replicated_deduplication_window = ${TOKENS}`,
    ),
    table(
      names.intents,
      `load_id String, target String, intent String, at ${TIME} DEFAULT now64(6)`,
      '(target, load_id)',
    ),
  ];
}

const iso = (name: string): string => `concat(replaceOne(toString(${name}), ' ', 'T'), 'Z') AS ${name}_`;

export type Counts = Pick<Receipt, 'inserted' | 'updated' | 'deleted' | 'finalRows'>;

export function insertReceipt(names: MetaNames, receipt: Omit<Receipt, 'committedAt'>): string {
  const r = receipt;
  const values = [
    ...[r.loadId, r.runId, r.process, r.target, r.strategy].map(text),
    ...[r.fence, r.rowsStaged, r.rowsRejected, r.inserted, r.updated, r.deleted, r.finalRows ?? 'NULL'].map(String),
    `toDateTime64(${text(sqlTime(r.startedAt))}, 6, 'UTC')`,
    'now64(6)',
    text(JSON.stringify(r.detail ?? null)),
  ];
  return (
    `INSERT INTO ${names.loads} (load_id, run_id, process, target, strategy, fence, rows_staged, rows_rejected, inserted, ` +
    `updated, deleted, final_rows, started_at, committed_at, detail) SELECT ${values.join(', ')}`
  );
}

/** `2026-01-01T10:00:00.000Z` -> `2026-01-01 10:00:00.000`. */
export const sqlTime = (isoText: string): string => isoText.replace('T', ' ').replace(/Z$/, '');

export const insertState = (
  names: MetaNames,
  key: string,
  state: unknown,
  loadId: string,
  fence: number,
  gone: boolean = false,
): string =>
  `INSERT INTO ${names.state} (key, fence, state, load_id, updated_at, gone) SELECT ${text(key)}, ${fence}, ` +
  `${text(JSON.stringify(state ?? null))}, ${text(loadId)}, now64(6), ${gone}`;

/** A load that was finished twice has two rows of the same content: the first one counts. */
export const selectReceipts = (names: MetaNames, where: string): string =>
  `SELECT * EXCEPT (started_at, committed_at), ${iso('started_at')}, ${iso('committed_at')} FROM ${names.loads} ` +
  `WHERE ${where} ORDER BY committed_at DESC, load_id DESC, fence LIMIT 1 BY load_id`;

/** Of a key the row of the newest worker: one that was late does not take a state back. */
export const selectStates = (names: MetaNames, where: string): string =>
  `SELECT key, state, load_id, ${iso('updated_at')} FROM (SELECT * FROM ${names.state} WHERE ${where} ` +
  'ORDER BY fence DESC, updated_at DESC LIMIT 1 BY key) WHERE NOT gone ORDER BY key';

export const receiptOf = (row: Row): Receipt =>
  toReceipt({ ...row, started_at: row['started_at_'], committed_at: row['committed_at_'] });

export const stateOf = (row: Row): StateRecord => toState({ ...row, updated_at: row['updated_at_'] });
