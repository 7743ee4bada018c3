import { quoteIdent, type LoadProgram, type Receipt, type StateRecord } from '@dpone/sdk';
import type { MetaNames } from './names.js';
import { textLiteral } from './sql.js';

/** Held until the transaction ends by whoever makes tables that dpone keeps. */
export const META_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('dpone meta', 0))";

export type Counts = Pick<Receipt, 'inserted' | 'updated' | 'deleted' | 'finalRows'>;

/** Makes the schema and dpone's tables beside the target; does nothing, and needs no right to make them, where they are. */
export function createMeta(names: MetaNames): string[] {
  return [
    // Two first loads at once would both see no table: the second waits here until the first has committed.
    META_LOCK,
    createSchema(names.schema),
    unlessThere(
      names.loads,
      'load_id text PRIMARY KEY, run_id text NOT NULL, process text NOT NULL, target text NOT NULL, ' +
        'strategy text NOT NULL, fence bigint NOT NULL, rows_staged bigint NOT NULL, rows_rejected bigint NOT NULL, ' +
        'inserted bigint NOT NULL, updated bigint NOT NULL, deleted bigint NOT NULL, final_rows bigint, ' +
        'started_at timestamptz NOT NULL, committed_at timestamptz NOT NULL, detail jsonb',
    ),
    createStateTable(names.state),
    unlessThere(
      names.locks,
      'target text PRIMARY KEY, fence bigint NOT NULL, owner text, load_id text, host text, pid bigint, acquired_at timestamptz',
    ),
  ];
}

/** Records of state by key, in the target's schema or in a store of their own. */
export const createStateTable = (table: string): string =>
  unlessThere(table, 'key text PRIMARY KEY, state json, load_id text NOT NULL, updated_at timestamptz NOT NULL');

/** `CREATE ... IF NOT EXISTS` asks for the right to create even where there is nothing to create. */
const unlessThere = (table: string, columns: string): string =>
  `DO $dpone$BEGIN IF to_regclass(${textLiteral(table)}) IS NULL THEN CREATE TABLE ${table} (${columns}); END IF; END$dpone$`;

export const createSchema = (schema: string): string =>
  `DO $dpone$BEGIN IF to_regnamespace(${textLiteral(quoteIdent(schema))}) IS NULL THEN CREATE SCHEMA ${quoteIdent(schema)}; END IF; END$dpone$`;

const json = (value: unknown): string => textLiteral(JSON.stringify(value ?? null));

export function insertReceipt(
  names: MetaNames,
  receipt: LoadProgram['receipt'],
  counts: Counts,
  committedAt: string,
): string {
  const r = receipt;
  const values = [
    ...[r.loadId, r.runId, r.process, r.target, r.strategy].map(textLiteral),
    ...[r.fence, r.rowsStaged, r.rowsRejected, counts.inserted, counts.updated, counts.deleted].map(String),
    String(counts.finalRows ?? 'NULL'),
    textLiteral(r.startedAt),
    textLiteral(committedAt),
    json(r.detail),
  ];
  return `INSERT INTO ${names.loads} VALUES (${values.join(', ')})`;
}

/** Writes a record where the stored one is still of `expected`; changes no row where it is not. */
export function compareAndSetState(
  table: string,
  record: Pick<StateRecord, 'key' | 'state' | 'loadId'>,
  expected: string | null,
  updatedAt: string,
): string {
  const [key, state, loadId, at] = [
    textLiteral(record.key),
    json(record.state),
    textLiteral(record.loadId),
    textLiteral(updatedAt),
  ];
  return expected === null
    ? `INSERT INTO ${table} VALUES (${key}, ${state}, ${loadId}, ${at}) ON CONFLICT (key) DO NOTHING`
    : `UPDATE ${table} SET state = ${state}, load_id = ${loadId}, updated_at = ${at} ` +
        `WHERE key = ${key} AND load_id = ${textLiteral(expected)}`;
}

export function upsertState(
  names: MetaNames,
  state: NonNullable<LoadProgram['state']>,
  loadId: string,
  updatedAt: string,
): string {
  const values = [textLiteral(state.key), json(state.state), textLiteral(loadId), textLiteral(updatedAt)];
  return (
    `INSERT INTO ${names.state} VALUES (${values.join(', ')}) ON CONFLICT (key) DO UPDATE SET ` +
    'state = excluded.state, load_id = excluded.load_id, updated_at = excluded.updated_at'
  );
}

/** The advisory lock of a target, by its label. */
export const lockKey = (target: string): string => `hashtextextended(${textLiteral(`dpone target ${target}`)}, 0)`;

/**
 * Takes the fence's row for writing. Finds nothing where a worker took over meanwhile, and where the connection that
 * holds the target's lock is gone: what could take the lock here. So the server has not restarted since the lock was
 * taken, and staging that is not logged is as it was filled.
 */
export const assertFence = (names: MetaNames, target: string, fence: number, loadId: string): string =>
  `UPDATE ${names.locks} SET load_id = ${textLiteral(loadId)} WHERE target = ${textLiteral(target)} AND fence = ${fence} ` +
  `AND NOT pg_try_advisory_xact_lock(${lockKey(target)})`;

const time = (name: string): string =>
  `to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${name}`;

export const selectReceipts = (names: MetaNames, where: string): string =>
  'SELECT load_id, run_id, process, target, strategy, fence, rows_staged, rows_rejected, inserted, updated, deleted, ' +
  `final_rows, ${time('started_at')}, ${time('committed_at')}, detail ` +
  `FROM ${names.loads} AS l WHERE ${where} ORDER BY l.committed_at DESC, load_id DESC`;

export const selectStates = (names: Pick<MetaNames, 'state'>, where: string): string =>
  `SELECT key, state, load_id, ${time('updated_at')} FROM ${names.state} WHERE ${where} ORDER BY key`;
