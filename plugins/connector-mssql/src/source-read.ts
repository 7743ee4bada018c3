import {
  fail,
  type Column,
  type Estimate,
  type Lane,
  type LaneData,
  type Partition,
  type ReadRequest,
  type Schema,
  type SourceRead,
  type TableRef,
} from '@dpone/sdk';
import { findColumn } from '@dpone/sdk/connector';
import { columnCursor, isRowversion, rowversionCursor, type Cursor } from './cursor.js';
import type { Doing } from './errors.js';
import { selectRoughRows } from './facts-sql.js';
import { inRange, keyRanges, splits, type KeyRange } from './key-ranges.js';
import type { SourceOptions } from './options.js';
import { predicateSql } from './predicate-sql.js';
import { queryColumns } from './query-columns.js';
import { readValue, selectList } from './read-value.js';
import { narrowed, selectSql, type RowSet } from './row-set.js';
import type { Server } from './server.js';
import type { Session } from './session.js';
import { Snapshot } from './snapshot.js';
import { literalFor, tableName } from './sql.js';
import { tableShape, toSchema } from './target.js';
import { canonicalType } from './types.js';

/** What is read: a table or view, or a query. */
export interface ReadOf {
  readonly server: Server;
  readonly label: string;
  readonly table: TableRef | undefined;
  readonly query: string | undefined;
  readonly isolation: SourceOptions['isolation'];
  readonly offsets: SourceOptions['offsets'];
  readonly signal: AbortSignal;
}

interface Known {
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly kind: 'table' | 'view' | 'query';
}

export const readingOf = (label: string): Doing => ({
  what: `reading ${label}`,
  code: 'DPONE_SOURCE_READ',
  missing: 'DPONE_SOURCE_NOT_FOUND',
});

/** Opens one read, whose transactions are its snapshot until it is closed. */
export async function openRead(request: ReadRequest, of: ReadOf): Promise<SourceRead> {
  const doing = readingOf(of.label);
  const looking = await of.server.session(of.signal);
  let known: Known;
  let cursor: Cursor;
  let rough: number | undefined;
  try {
    known = await describe(looking, of, doing);
    cursor = await cursorOf(looking, request, known, doing);
    rough = known.kind === 'table' ? await looking.count(selectRoughRows(of.table!), doing) : undefined;
  } finally {
    looking.close();
  }
  const from = of.table === undefined ? `(${of.query!}\n) AS q` : tableName(of.table);
  const columns = request.columns === undefined ? known.columns : request.columns.map((name) => pick(known, name));
  const where = request.where === undefined ? undefined : predicateSql(request.where, literalFor(known.columns));
  const whole = narrowed(narrowed({ from, conditions: [] }, where), cursor.condition);
  const split = splitColumn(request, known, rough);
  const table = known.kind === 'table' ? from : undefined;
  const snapshot = new Snapshot({ ...of, table, from, doing });
  try {
    await snapshot.open(split === undefined ? 1 : request.parallel);
    const ranges = await rangesOf(snapshot.session, split, request, whole, of, doing);
    const estimate = estimateOf(whole, rough);
    return toRead({ of, known, columns, whole, cursor, snapshot, ranges, estimate, doing });
  } catch (error) {
    await snapshot.close();
    throw error;
  }
}

interface Opened {
  readonly of: ReadOf;
  readonly known: Known;
  readonly columns: readonly Column[];
  readonly whole: RowSet;
  readonly cursor: Cursor;
  readonly snapshot: Snapshot;
  readonly ranges: readonly (KeyRange | undefined)[];
  readonly estimate: Estimate;
  readonly doing: Doing;
}

function toRead({ of, known, columns, whole, cursor, snapshot, ranges, estimate, doing }: Opened): SourceRead {
  const key = known.primaryKey;
  const schema: Schema = {
    columns: columns.map(asGiven),
    ...(key.length > 0 && key.every((k) => columns.some((c) => c.name === k)) ? { primaryKey: key } : {}),
  };
  const rows = estimate.rows === undefined ? {} : { estimate: { rows: Math.round(estimate.rows / ranges.length) } };
  const partitions = ranges.map((range, index): Partition => ({
    index,
    spec: range === undefined ? null : { ...range },
    ...rows,
  }));
  return {
    schema,
    estimate,
    partitions,
    lanes: [{ id: 'rows', transport: 'rows', cost: 20, refuses: unreadable }],
    advance: cursor.advance,
    identity: { source: of.label, isolation: of.isolation },
    data: async ({ index, spec }: Partition, _lane: Lane): Promise<LaneData> => {
      const set = inRange(whole, (spec ?? undefined) as KeyRange | undefined, known.columns);
      const sql = selectSql(selectList(columns), set);
      const batches = snapshot.at(index).read(sql, columns.map(readValue), doing, of.signal);
      return { transport: 'rows', schema, batches };
    },
    verify: () => snapshot.verify(),
    close: () => snapshot.close(),
  };
}

async function describe(session: Session, of: ReadOf, doing: Doing): Promise<Known> {
  if (of.table === undefined) {
    const columns = await queryColumns(session, of.query!, doing);
    return { columns: columns.map((c) => asRead(c, of)), primaryKey: [], kind: 'query' };
  }
  const shape = await tableShape(session, of.table, doing);
  if (shape === null)
    throw fail('DPONE_SOURCE_NOT_FOUND', `there is no table or view ${of.label} that the user may see`, {
      where: of.label,
    });
  const { columns, primaryKey = [] } = toSchema(shape);
  return { columns: columns.map((c) => asRead(c, of)), primaryKey, kind: shape.kind };
}

/** A table whose rows are told apart by a primary key, as change tracking asks for. */
export async function tableOf(of: ReadOf, doing: Doing): Promise<Known> {
  const session = await of.server.session(of.signal);
  try {
    const known = await describe(session, of, doing);
    if (known.kind === 'table' && known.primaryKey.length > 0) return known;
    throw fail('DPONE_CAPABILITY', `${of.label} has no primary key: changes are tracked by it`, { where: of.label });
  } finally {
    session.close();
  }
}

/** A computed column is a value like any other to whoever reads it. */
function asRead({ generated: _, ...column }: Column, { offsets }: ReadOf): Column {
  return offsets === 'text' && hasOffset(column) ? { ...column, type: { kind: 'string', length: 34 } } : column;
}

const hasOffset = ({ native }: Column): boolean => native?.type.startsWith('datetimeoffset') === true;

/** What is read as a text is none of the server's own types to whoever takes it. */
function asGiven(column: Column): Column {
  const { native: _, ...plain } = column;
  return hasOffset(column) && column.type.kind === 'string' ? plain : column;
}

const pick = ({ columns }: Known, name: string): Column => findColumn(columns, name, `column ${name}`);

/** Types whose values have no form that keeps them. */
export const unreadable = ({ native }: Column): string | undefined =>
  native !== undefined && canonicalType(native.type) === undefined
    ? `${native.type} has no form outside of SQL Server: select it as a text by options.query, or leave it out`
    : undefined;

async function cursorOf(session: Session, request: ReadRequest, known: Known, doing: Doing): Promise<Cursor> {
  if (request.scope === 'all') return { advance: { kind: 'none' } };
  const { cursor, column: name } = request.scope;
  if (cursor !== 'column' || name === undefined)
    throw fail('DPONE_CAPABILITY', `an mssql source has no ${cursor} cursor`);
  const column = findColumn(known.columns, name, 'source.options.incremental_column');
  if (!isRowversion(column)) return columnCursor(column, request);
  // Before the snapshot begins: what has a smaller number is committed by then.
  const row = await session.row('SELECT MIN_ACTIVE_ROWVERSION() AS active', doing);
  return rowversionCursor(column, request, row!['active'] as Uint8Array);
}

/** Below it another connection costs more than it gains. */
const LEAST_ROWS = 100_000;

/** The column whose ranges split the read; undefined where it is read as one. */
function splitColumn(request: ReadRequest, known: Known, rough: number | undefined): Column | undefined {
  const { parallel, partitionBy } = request;
  if (parallel < 2 || known.kind !== 'table') return undefined;
  if (partitionBy !== undefined) return findColumn(known.columns, partitionBy.column, 'source.options.partitioning');
  if (rough === undefined || rough < LEAST_ROWS || known.primaryKey.length !== 1) return undefined;
  const key = pick(known, known.primaryKey[0]!);
  return splits(key) ? key : undefined;
}

async function rangesOf(
  session: Session,
  column: Column | undefined,
  { parallel, partitionBy }: ReadRequest,
  rows: RowSet,
  { signal }: ReadOf,
  doing: Doing,
): Promise<readonly (KeyRange | undefined)[]> {
  if (column === undefined) return [undefined];
  return keyRanges(session, { column, bounds: partitionBy?.bounds, parts: parallel, rows, signal }, doing);
}

const estimateOf = (whole: RowSet, rough: number | undefined): Estimate =>
  rough === undefined || rough <= 0 || whole.conditions.length > 0 ? {} : { rows: rough };
