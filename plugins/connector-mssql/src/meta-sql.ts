import type { LoadProgram, Receipt, StateRecord } from '@dpone/sdk';
import { toReceipt, toState } from '@dpone/sdk/connector';
import type { MetaNames } from './names.js';
import type { Row } from './session.js';
import { BINARY, quoteName, textLiteral } from './sql.js';

export type Counts = Pick<Receipt, 'inserted' | 'updated' | 'deleted' | 'finalRows'>;

/** A name or key of dpone's own: told apart by every letter. */
const name = (length: number): string => `nvarchar(${length}) COLLATE ${BINARY}`;

/** Makes the schema and dpone's tables beside the target; does nothing, and needs no right to make them, where they are. */
export function createMeta(names: MetaNames): string[] {
  return [
    // Two first loads at once would both see no table: the second waits here until the first has committed.
    applock('dpone meta', 'Transaction', 60_000),
    createSchema(names.schema),
    unlessThere(
      names.loads,
      `load_id ${name(64)} NOT NULL PRIMARY KEY, run_id ${name(64)} NOT NULL, process ${name(400)} NOT NULL, ` +
        `target ${name(400)} NOT NULL, strategy ${name(100)} NOT NULL, fence bigint NOT NULL, rows_staged bigint NOT NULL, ` +
        'rows_rejected bigint NOT NULL, inserted bigint NOT NULL, updated bigint NOT NULL, deleted bigint NOT NULL, ' +
        'final_rows bigint NULL, started_at datetime2(3) NOT NULL, committed_at datetime2(3) NOT NULL, detail nvarchar(max) NULL',
    ),
    // 850 characters are the 1700 bytes that a nonclustered key may have.
    unlessThere(
      names.state,
      `[key] ${name(850)} NOT NULL PRIMARY KEY NONCLUSTERED, state nvarchar(max) NULL, load_id ${name(64)} NOT NULL, ` +
        'updated_at datetime2(3) NOT NULL',
    ),
    unlessThere(
      names.locks,
      `target ${name(400)} NOT NULL PRIMARY KEY, fence bigint NOT NULL, owner nvarchar(100) NULL, load_id ${name(64)} NULL, ` +
        'host nvarchar(400) NULL, pid bigint NULL, acquired_at datetime2(3) NULL',
    ),
  ];
}

const unlessThere = (table: string, columns: string): string =>
  `IF OBJECT_ID(${textLiteral(table)}, N'U') IS NULL CREATE TABLE ${table} (${columns})`;

/** CREATE SCHEMA must be alone in its batch. */
export const createSchema = (schema: string): string =>
  `IF SCHEMA_ID(${textLiteral(schema)}) IS NULL EXEC (${textLiteral(`CREATE SCHEMA ${quoteName(schema)}`)})`;

/**
 * Takes an application lock, or ends with error 51222 where somebody else holds it for longer than `waitMs`
 * (https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-getapplock-transact-sql).
 */
export const applock = (resource: string, owner: 'Session' | 'Transaction', waitMs: number): string =>
  `DECLARE @got int; EXEC @got = sp_getapplock @Resource = ${textLiteral(resource)}, @LockMode = N'Exclusive', ` +
  `@LockOwner = N'${owner}', @LockTimeout = ${waitMs}; IF @got < 0 BEGIN; THROW 51222, N'the application lock is held', 1; END`;

const json = (value: unknown): string => textLiteral(JSON.stringify(value ?? null));

/** ISO 8601 of UTC as a datetime2, whatever language and date format the session has. */
export const moment = (iso: string): string => `CAST(N'${iso.replace(/Z$/, '').slice(0, 23)}' AS datetime2(3))`;

/** The same of an instant, in a datetimeoffset. */
export const instant = (iso: string): string =>
  `CAST(N'${iso.replace(/Z$/, '').slice(0, 23)}+00:00' AS datetimeoffset(3))`;

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
    moment(r.startedAt),
    moment(committedAt),
    json(r.detail),
  ];
  return (
    `INSERT INTO ${names.loads} (load_id, run_id, process, target, strategy, fence, rows_staged, rows_rejected, inserted, ` +
    `updated, deleted, final_rows, started_at, committed_at, detail) VALUES (${values.join(', ')})`
  );
}

/** The update comes first and holds the place of the key, so that nobody else puts it in between. */
export function upsertState(
  names: MetaNames,
  state: NonNullable<LoadProgram['state']>,
  loadId: string,
  updatedAt: string,
): string[] {
  const [key, value, load, at] = [textLiteral(state.key), json(state.state), textLiteral(loadId), moment(updatedAt)];
  return [
    `UPDATE ${names.state} WITH (UPDLOCK, HOLDLOCK) SET state = ${value}, load_id = ${load}, updated_at = ${at} WHERE [key] = ${key}`,
    `INSERT INTO ${names.state} ([key], state, load_id, updated_at) SELECT ${key}, ${value}, ${load}, ${at} ` +
      `WHERE NOT EXISTS (SELECT 1 FROM ${names.state} WITH (UPDLOCK, HOLDLOCK) WHERE [key] = ${key})`,
  ];
}

/** Writes a record where the stored one is still of the load `expected`; else it changes no row. */
export function compareAndSetState(
  names: MetaNames,
  record: Pick<StateRecord, 'key' | 'state' | 'loadId'>,
  expected: string | null,
  updatedAt: string,
): string {
  const [key, value, load] = [textLiteral(record.key), json(record.state), textLiteral(record.loadId)];
  const at = moment(updatedAt);
  return expected === null
    ? `INSERT INTO ${names.state} ([key], state, load_id, updated_at) SELECT ${key}, ${value}, ${load}, ${at} ` +
        `WHERE NOT EXISTS (SELECT 1 FROM ${names.state} WITH (UPDLOCK, HOLDLOCK) WHERE [key] = ${key})`
    : `UPDATE ${names.state} SET state = ${value}, load_id = ${load}, updated_at = ${at} ` +
        `WHERE [key] = ${key} AND load_id = ${textLiteral(expected)}`;
}

/** Takes the fence's row for writing: a worker that took over meanwhile makes this statement find nothing. */
export const assertFence = (names: MetaNames, target: string, fence: number, loadId: string): string =>
  `UPDATE ${names.locks} WITH (UPDLOCK, ROWLOCK) SET load_id = ${textLiteral(loadId)} WHERE target = ${textLiteral(target)} AND fence = ${fence}`;

const time = (column: string): string => `CONVERT(varchar(23), ${column}, 121) AS ${column}`;

export const selectReceipts = (names: MetaNames, where: string, limit?: number): string =>
  `SELECT ${limit === undefined ? '' : `TOP (${limit}) `}load_id, run_id, process, target, strategy, fence, rows_staged, rows_rejected, inserted, updated, deleted, ` +
  `final_rows, ${time('started_at')}, ${time('committed_at')}, detail ` +
  `FROM ${names.loads} AS l WHERE ${where} ORDER BY l.committed_at DESC, load_id DESC`;

export const selectStates = (names: MetaNames, where: string): string =>
  `SELECT [key], state, load_id, ${time('updated_at')} FROM ${names.state} WHERE ${where} ORDER BY [key]`;

/** `2026-01-31 12:34:56.789` of the server, as ISO 8601. */
const iso = (value: unknown): string => `${String(value).replace(' ', 'T').slice(0, 23)}Z`;

export const receiptOf = (row: Row): Receipt =>
  toReceipt({ ...row, started_at: iso(row['started_at']), committed_at: iso(row['committed_at']) });

export const stateOf = (row: Row): StateRecord => toState({ ...row, updated_at: iso(row['updated_at']) });
