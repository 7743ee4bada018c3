import {
  fail,
  type Column,
  type Json,
  type Lane,
  type Partition,
  type ReadRequest,
  type Schema,
  type SourceRead,
  type StateAdvance,
  type TableRef,
} from '@dpone/sdk';
import { findColumn } from '@dpone/sdk/connector';
import { tableColumns } from './catalog-columns.js';
import { columnCondition } from './cursor-column.js';
import type { Doing } from './errors.js';
import { estimateRead } from './estimate.js';
import { sourceOffers } from './lane-offers.js';
import { partitionData } from './partition-data.js';
import { PartitionSessions } from './partition-session.js';
import { parsePartition, partitionCondition } from './partition-spec.js';
import { planPartitions } from './partitions.js';
import { predicateSql } from './predicate-sql.js';
import { queryColumns } from './query-columns.js';
import { findRelation, grantColumns, type Relation } from './relation.js';
import { selectList } from './select-list.js';
import { narrowed, type RowSet } from './select-sql.js';
import type { Server } from './server.js';
import { serverFacts } from './server-facts.js';
import type { Session } from './session.js';
import { openSnapshot, type Snapshot } from './snapshot.js';
import { tableName } from './sql.js';
import { tableSize, type TableSize } from './table-size.js';
import { xminCursor } from './xmin.js';

/** What is read: a table or view, or a query. */
export interface ReadOf {
  readonly server: Server;
  readonly label: string;
  readonly table: TableRef | undefined;
  readonly query: string | undefined;
  readonly signal: AbortSignal;
}

/** What the catalog knows of it, within the snapshot. */
interface Known {
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly relation?: Relation;
  readonly size?: TableSize;
}

export const readingOf = (label: string): Doing => ({
  what: `reading ${label}`,
  code: 'DPONE_SOURCE_READ',
  missing: 'DPONE_SOURCE_NOT_FOUND',
});

/** Opens one read on a session of its own, whose transaction is the read's snapshot until the read is closed. */
export async function openRead(session: Session, request: ReadRequest, of: ReadOf): Promise<SourceRead> {
  const doing = readingOf(of.label);
  const { version } = await serverFacts(session, doing);
  const before = of.table === undefined ? undefined : await findRelation(session, of.table, doing);
  const snapshot = await openSnapshot(session, lockOf(of, before), doing, of.signal);
  const known = await describe(session, of, doing);
  const columns = pick(known.columns, request.columns);
  const from = of.table === undefined ? `(${of.query!}\n) AS q` : tableName(of.table);
  const where = request.where === undefined ? [] : [predicateSql(request.where)];
  const cursor = await cursorOf(session, snapshot, request, of, known, doing);
  const whole = narrowed({ from, conditions: where }, cursor.condition);
  const refused = unreadable(of.table, known.relation);
  const readable = columns.filter((c) => refused(c) === undefined);
  const estimate = await estimateRead(session, whole, selectList(readable, 'pg-copy-text'), known.size, doing);
  const input = {
    session,
    version,
    whole,
    snapshot: snapshot.id,
    columns: known.columns,
    primaryKey: known.primaryKey,
    size: known.size,
    systemColumns: known.relation?.unreadable === 'none',
    estimate,
    signal: of.signal,
  };
  const partitions = await planPartitions(input, request, doing);
  const sessions = new PartitionSessions(of.server, session, snapshot);
  const key = known.primaryKey;
  const schema: Schema = {
    columns,
    ...(key.length > 0 && key.every((k) => columns.some((c) => c.name === k)) ? { primaryKey: key } : {}),
  };
  return {
    schema,
    estimate,
    partitions,
    lanes: sourceOffers(refused),
    advance: cursor.advance,
    identity: { source: of.label, snapshot: snapshot.text, lsn: snapshot.lsn },
    data: (partition: Partition, lane: Lane) => {
      const spec = parsePartition(partition.spec);
      const rows: RowSet = narrowed(whole, partitionCondition(spec));
      const lend = () => sessions.lend(spec, partitions.length === 1, doing, of.signal);
      return partitionData({ schema, rows, lend, doing, signal: of.signal }, lane);
    },
    verify: () => sessions.verify(doing),
    close: () => sessions.close(),
  };
}

/** What can be locked: a user without the privilege for the whole table may not lock it, and foreign tables are not. */
function lockOf({ table }: ReadOf, relation: Relation | undefined): string | undefined {
  if (table === undefined || relation === undefined || relation.unreadable !== 'none') return undefined;
  return ['r', 'p', 'v'].includes(relation.kind) ? tableName(table) : undefined;
}

async function describe(session: Session, of: ReadOf, doing: Doing): Promise<Known> {
  if (of.table === undefined) return { columns: await queryColumns(session, of.query!, doing), primaryKey: [] };
  // Once more: it may have been replaced while the lock was waited for.
  const relation = await findRelation(session, of.table, doing);
  const facts = await tableColumns(session, of.table, doing);
  if (facts === null) throw fail('DPONE_SOURCE_NOT_FOUND', `${of.label} is gone`, { where: of.label });
  // A computed column is a value like any other to whoever reads it.
  const columns = facts.columns.map(({ generated: _, ...column }) => column);
  const size = ['r', 'p', 'm'].includes(relation.kind) ? await tableSize(session, relation.oid, doing) : undefined;
  return { columns, primaryKey: facts.primaryKey, relation, ...(size === undefined ? {} : { size }) };
}

const pick = (all: readonly Column[], names: readonly string[] | undefined): readonly Column[] =>
  names === undefined ? all : names.map((name) => findColumn(all, name, `column ${name}`));

/** Which rows are new, and what the load leaves as state. */
async function cursorOf(
  session: Session,
  snapshot: Snapshot,
  request: ReadRequest,
  of: ReadOf,
  { columns, relation, size }: Known,
  doing: Doing,
): Promise<{ readonly condition?: string | undefined; readonly advance: StateAdvance }> {
  if (request.scope === 'all') return { advance: { kind: 'none' } };
  const { cursor, column: name } = request.scope;
  if (cursor === 'column' && name !== undefined) {
    const column = findColumn(columns, name, 'source.options.incremental_column');
    return { condition: columnCondition(column, request), advance: { kind: 'max', column: column.name } };
  }
  if (cursor !== 'xmin') throw fail('DPONE_CAPABILITY', `a postgres source has no ${cursor} cursor here`);
  if (relation === undefined || size === undefined || !size.ordinary || relation.unreadable !== 'none')
    throw fail('DPONE_CAPABILITY', `${of.label} shows no transactions of its rows: the cursor xmin needs a table`, {
      where: 'source.options.incremental_strategy',
      remedy: 'Read the table itself, with SELECT on the whole of it, or name an incremental_column.',
    });
  const input = { session, snapshot, label: of.label, table: relation.oid, parts: size.oids };
  const { condition, state } = await xminCursor(input, request, doing);
  return { condition, advance: { kind: 'value', state: state satisfies Json } };
}

/** Columns that the user may not read are refused by name, so that those who leave them out can go on. */
function unreadable(table: TableRef | undefined, relation: Relation | undefined) {
  return (column: Column): string | undefined => {
    if (table === undefined || relation === undefined || relation.unreadable === 'none') return undefined;
    if (!relation.unreadable.includes(column.name)) return undefined;
    return `${relation.user} may not read it (${grantColumns(table, [column.name], relation.user)})`;
  };
}
