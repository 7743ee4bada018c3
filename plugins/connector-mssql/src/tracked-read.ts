import { fail, type Column, type Json, type ReadRequest, type SourceRead, type TableRef } from '@dpone/sdk';
import { findColumn } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { readValue } from './read-value.js';
import { Snapshot } from './snapshot.js';
import { readingOf, tableOf, unreadable, type ReadOf } from './source-read.js';
import { tableName } from './sql.js';
import { EVENT_COLUMNS, isEventColumn, selectChanges, selectFirst, selectTracking } from './tracking-sql.js';

/** How far changes were read, and of which table. */
interface TrackedState {
  /** Changes up to and with it were taken. */
  readonly version: string;
  /** The table's object id: another table under the same name has other changes. */
  readonly table: string;
}

const BEGIN_ANEW = 'Begin anew, the next load reads the whole table: dpone state reset <manifest> --yes.';

/**
 * What changed in a table, by change tracking: at first the whole table as events, then one event for each row that
 * changed since. Version, changes and rows are read in one SNAPSHOT transaction, so that the next read goes on exactly
 * where this one ends (https://learn.microsoft.com/sql/relational-databases/track-changes/work-with-change-tracking-sql-server#using-snapshot-isolation).
 */
export async function openTrackedRead(request: ReadRequest, of: ReadOf): Promise<SourceRead> {
  const table = trackable(request, of);
  const doing = readingOf(of.label);
  const { columns: own, primaryKey: key } = await tableOf(of, doing);
  const all = eventColumns(own, of.label);
  const columns = request.columns?.map((name) => findColumn(all, name, `column ${name}`)) ?? all;
  const snapshot = new Snapshot({ ...of, table: tableName(table), from: tableName(table), doing });
  try {
    await snapshot.open(1);
    const now = await trackingNow(snapshot, table, of, doing);
    const last = request.state === null ? undefined : goesOn(stateOf(request.state), now, of);
    const state: TrackedState = { version: now.current, table: now.id };
    const nothing = last !== undefined && last.version === now.current;
    const sql =
      last === undefined
        ? selectFirst(table, columns, now.current)
        : selectChanges({ table, columns, key, after: last.version, upTo: now.current });
    return {
      schema: { columns },
      estimate: {},
      partitions: nothing ? [] : [{ index: 0, spec: { from: last?.version ?? null, to: now.current } }],
      lanes: [{ id: 'rows', transport: 'rows', cost: 20, refuses: unreadable }],
      advance: nothing ? { kind: 'none' } : { kind: 'value', state: { ...state } },
      identity: { source: of.label, from: last?.version ?? null, to: now.current },
      data: () => {
        const batches = snapshot.session.read(sql, columns.map(readValue), doing, of.signal);
        return Promise.resolve({ transport: 'rows', schema: { columns }, batches });
      },
      verify: () => snapshot.verify(),
      close: () => snapshot.close(),
    };
  } catch (error) {
    await snapshot.close();
    throw error;
  }
}

function trackable({ where }: ReadRequest, { table, isolation }: ReadOf): TableRef {
  const refuse = (what: string, option: string, remedy: string): Error =>
    fail('DPONE_OPTION_CONFLICT', what, { where: `source.options.${option}`, remedy });
  if (table === undefined)
    throw refuse('changes are tracked of tables, not of a query', 'query', 'Name a table, or another increment.');
  if (where !== undefined)
    throw refuse(
      'the cursor cdc reads every change: a deleted row has no columns that a predicate could be applied to',
      'custom_predicate',
      'Remove it, and choose rows where the events are used.',
    );
  if (isolation !== 'snapshot')
    throw refuse('changes and rows are of one state by SNAPSHOT isolation alone', 'isolation', 'Set it to snapshot.');
  return table;
}

/** The table's columns, all of which an event may lack, and those of the event. */
function eventColumns(own: readonly Column[], label: string): readonly Column[] {
  const taken = own.find((c) => isEventColumn(c.name.toLowerCase()));
  if (taken !== undefined)
    throw fail('DPONE_OPTION_CONFLICT', `${label} has a column ${taken.name}, which the cursor cdc fills itself`, {
      where: `column ${taken.name}`,
      remedy: 'Rename it, or read a table without it.',
    });
  return [...own.map((c) => ({ ...c, nullable: true })), ...EVENT_COLUMNS];
}

interface Now {
  readonly current: string;
  readonly valid: string;
  readonly id: string;
}

async function trackingNow(snapshot: Snapshot, table: TableRef, { label }: ReadOf, doing: Doing): Promise<Now> {
  const row = await snapshot.session.row(selectTracking(table), doing);
  const [current, valid, id] = [row?.['current'], row?.['valid'], row?.['id']];
  if (typeof current === 'string' && typeof valid === 'string') return { current, valid, id: String(id) };
  throw fail('DPONE_CAPABILITY', `changes of ${label} are not tracked, or not for this user`, {
    where: 'source.options.incremental_strategy',
    remedy:
      'ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 7 DAYS, AUTO_CLEANUP = ON); ' +
      `ALTER TABLE ${tableName(table)} ENABLE CHANGE_TRACKING; GRANT VIEW CHANGE TRACKING ON ${tableName(table)} TO ...;`,
  });
}

function stateOf(state: Json): TrackedState {
  const { version, table } = (state ?? {}) as Partial<TrackedState>;
  if ([version, table].every((text) => typeof text === 'string' && /^\d+$/.test(text))) return state as never;
  throw fail('DPONE_INPUT_INVALID', 'the stored state is none of the cursor cdc', { remedy: BEGIN_ANEW });
}

/** What was read before must still be the same table, and its changes since be kept by the server. */
function goesOn(state: TrackedState, now: Now, { label }: ReadOf): TrackedState {
  const anew = (why: string): Error =>
    fail('DPONE_SOURCE_READ', `${label}: ${why}, so what changed since the last load cannot be told`, {
      where: label,
      remedy: BEGIN_ANEW,
    });
  if (state.table !== now.id) throw anew('this is another table under the same name');
  if (BigInt(state.version) < BigInt(now.valid))
    throw anew('the server keeps changes no longer than CHANGE_RETENTION, or the table was truncated');
  if (BigInt(state.version) > BigInt(now.current)) throw anew('the database is behind what was read: a restored copy');
  return state;
}
