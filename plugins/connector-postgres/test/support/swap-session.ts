import type { LoadProgram, SchemaChange, TableRef } from '@dpone/sdk';
import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { Client } from 'pg';
import type { Doing } from '../../dist/errors.js';
import { stagingNames, type StagingNames } from '../../dist/names.js';
import { Session } from '../../dist/session.js';
import { columnList } from '../../dist/sql.js';
import { stagingColumnsInTargetOrder, swapStatements } from '../../dist/swap.js';
import { tableFacts, type TableFacts } from '../../dist/target.js';
import { columnType } from '../../dist/types.js';

export const doing: Doing = { what: 'a test', code: 'DPONE_SINK_WRITE' };

export interface TestDatabase extends AsyncDisposable {
  readonly db: FreshDatabase;
  readonly session: Session;
}

/** A database of its own and a session on it. */
export async function openDatabase(major?: FreshDatabase['server']['major']): Promise<TestDatabase> {
  const db = await freshDatabase(major === undefined ? {} : { major });
  const session = await openSession(db);
  return {
    db,
    session,
    [Symbol.asyncDispose]: async () => {
      await session.close();
      await db.drop();
    },
  };
}

export async function openSession(db: FreshDatabase): Promise<Session> {
  const client = new Client(db.uri);
  client.on('error', () => undefined);
  await client.connect();
  return new Session(client, { cancel: async () => undefined, onClose: async () => client.end() });
}

export const LOAD_ID = '01JZZZZZZZZZZZZZZZZZZZZZZZ';

export const facts = async (session: Session, target: TableRef): Promise<TableFacts> => {
  const found = await tableFacts(session, target, doing);
  if (found === null) throw new Error(`no table ${target.name}`);
  return found;
};

/** A full refresh into a target. */
export function program(
  target: TableRef,
  columns: LoadProgram['columns'],
  changes: readonly SchemaChange[] = [],
): LoadProgram {
  const load = {
    runId: LOAD_ID,
    loadId: LOAD_ID,
    process: 'test',
    target,
    startedAt: '2024-01-01T00:00:00.000Z',
    fence: 1,
  };
  const receipt = {
    ...load,
    target: target.name,
    strategy: 'full_refresh',
    rowsStaged: 0,
    rowsRejected: 0,
    detail: {},
  };
  return { load, columns, changes, steps: [{ op: 'replace_all', by: 'swap' }], receipt, state: null };
}

export interface Staged {
  readonly names: StagingNames;
  readonly program: LoadProgram;
  readonly facts: TableFacts;
}

export interface StagingWish {
  readonly schema?: string;
  readonly changes?: readonly SchemaChange[];
  /** Columns of the program; by default the target's, in the reverse order. */
  readonly columns?: LoadProgram['columns'];
}

/** Makes staging as the sink does: typed columns and nothing else. `rows` is what follows `INSERT INTO staging (columns)`. */
export async function stage(session: Session, target: TableRef, rows: string, wish: StagingWish = {}): Promise<Staged> {
  const found = await facts(session, target);
  const names = stagingNames(LOAD_ID, target, wish.schema);
  const known = new Set(found.columns.map((c) => c.native!.type));
  const columns = stagingColumnsInTargetOrder(found, wish.columns ?? found.columns.toReversed());
  const definitions = columns.map((c) => {
    const type = columnType(c, known);
    if ('refused' in type) throw new Error(type.refused);
    return `${columnList([c])} ${type.type}`;
  });
  await session.run(`CREATE TABLE ${names.rows} (${definitions.join(', ')})`, doing);
  await session.run(`COMMENT ON TABLE ${names.rows} IS 'staging'`, doing);
  await session.run(`INSERT INTO ${names.rows} (${columnList(columns)}) ${rows}`, doing);
  return { names, program: program(target, columns, wish.changes), facts: found };
}

/** Puts staging in the target's place, in one transaction. */
export async function swap(session: Session, staged: Staged, before: string = 'SELECT 1'): Promise<void> {
  await session.transaction(doing, async () => {
    await session.run(before, doing);
    for (const sql of swapStatements(staged.program, staged.names, staged.facts)) await session.run(sql, doing);
  });
}
