import { quoteIdent, quoteLiteral, type LoadProgram, type Receipt, type TableRef, type StateRecord } from '@dpone/sdk';
import type { MetaNames } from './names.js';
import { DEFAULT_SCHEMA } from './sql.js';

export type Counts = Pick<Receipt, 'inserted' | 'updated' | 'deleted' | 'finalRows'>;

export function createMeta(target: TableRef, names: MetaNames): string[] {
  return [
    `CREATE SCHEMA IF NOT EXISTS ${quoteIdent(target.schema ?? DEFAULT_SCHEMA)}`,
    `CREATE TABLE IF NOT EXISTS ${names.loads} (load_id VARCHAR PRIMARY KEY, run_id VARCHAR, process VARCHAR, ` +
      'target VARCHAR, strategy VARCHAR, fence BIGINT, rows_staged BIGINT, rows_rejected BIGINT, inserted BIGINT, ' +
      'updated BIGINT, deleted BIGINT, final_rows BIGINT, started_at TIMESTAMPTZ, committed_at TIMESTAMPTZ, detail JSON)',
    `CREATE TABLE IF NOT EXISTS ${names.state} (key VARCHAR PRIMARY KEY, state JSON, load_id VARCHAR, updated_at TIMESTAMPTZ)`,
    `CREATE TABLE IF NOT EXISTS ${names.locks} (target VARCHAR PRIMARY KEY, fence BIGINT NOT NULL, owner VARCHAR, ` +
      'load_id VARCHAR, host VARCHAR, pid BIGINT, acquired_at TIMESTAMPTZ)',
  ];
}

const json = (value: unknown): string => quoteLiteral(JSON.stringify(value ?? null));

export function insertReceipt(
  names: MetaNames,
  receipt: LoadProgram['receipt'],
  counts: Counts,
  committedAt: string,
): string {
  const r = receipt;
  const values = [
    ...[r.loadId, r.runId, r.process, r.target, r.strategy].map(quoteLiteral),
    ...[r.fence, r.rowsStaged, r.rowsRejected, counts.inserted, counts.updated, counts.deleted, counts.finalRows].map(
      String,
    ),
    quoteLiteral(r.startedAt),
    quoteLiteral(committedAt),
    json(r.detail),
  ];
  return `INSERT INTO ${names.loads} VALUES (${values.join(', ')})`;
}

/** Writes a record where the stored one is still of `expected`; changes no row where it is not. */
export function compareAndSetState(
  names: MetaNames,
  record: Pick<StateRecord, 'key' | 'state' | 'loadId'>,
  expected: string | null,
  updatedAt: string,
): string {
  const [key, state] = [quoteLiteral(record.key), json(record.state)];
  const [loadId, at] = [quoteLiteral(record.loadId), quoteLiteral(updatedAt)];
  return expected === null
    ? `INSERT INTO ${names.state} VALUES (${key}, ${state}, ${loadId}, ${at}) ON CONFLICT (key) DO NOTHING`
    : `UPDATE ${names.state} SET state = ${state}, load_id = ${loadId}, updated_at = ${at} ` +
        `WHERE key = ${key} AND load_id = ${quoteLiteral(expected)}`;
}

export function upsertState(
  names: MetaNames,
  state: NonNullable<LoadProgram['state']>,
  loadId: string,
  updatedAt: string,
): string {
  const values = [quoteLiteral(state.key), json(state.state), quoteLiteral(loadId), quoteLiteral(updatedAt)];
  return (
    `INSERT INTO ${names.state} VALUES (${values.join(', ')}) ON CONFLICT (key) DO UPDATE SET ` +
    'state = excluded.state, load_id = excluded.load_id, updated_at = excluded.updated_at'
  );
}

/** Takes the fence's row for writing: a worker that took over meanwhile makes this statement find nothing, or conflict. */
export const assertFence = (names: MetaNames, target: string, fence: number, loadId: string): string =>
  `UPDATE ${names.locks} SET load_id = ${quoteLiteral(loadId)} WHERE target = ${quoteLiteral(target)} AND fence = ${fence} AND owner IS NOT NULL`;

const time = (name: string): string => `strftime(${name}, '%Y-%m-%dT%H:%M:%S.%fZ') AS ${name}`;

export const selectReceipts = (names: MetaNames, where: string): string =>
  `SELECT * REPLACE (${time('started_at')}, ${time('committed_at')}, CAST(detail AS VARCHAR) AS detail) ` +
  `FROM ${names.loads} WHERE ${where} ORDER BY committed_at DESC, load_id DESC`;

export const selectStates = (names: MetaNames, where: string): string =>
  `SELECT key, CAST(state AS VARCHAR) AS state, load_id, ${time('updated_at')} FROM ${names.state} WHERE ${where} ORDER BY key`;
