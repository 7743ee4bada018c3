import { stat } from 'node:fs/promises';
import {
  fail,
  quoteIdent,
  type Column,
  type ConstantColumn,
  type FileTarget,
  type Lane,
  type LaneData,
  type Partition,
  type Predicate,
  type PredicateValue,
  type ReadRequest,
  type Schema,
  type SourceRead,
  type StateAdvance,
} from '@dpone/sdk';
import { constantColumns, constantValues } from './constants-sql.js';
import type { Doing } from './errors.js';
import { sourceOffers } from './lane-offers.js';
import { predicateSql } from './predicate-sql.js';
import { queryBatches } from './rows-lane.js';
import type { Session } from './session.js';
import { nativeColumn } from './target.js';
import { canonicalType } from './types.js';
import { copyTo, writtenColumns } from './write-files.js';

export interface ReadOf {
  readonly from: string;
  readonly label: string;
  readonly native: Schema | undefined;
  readonly signal: AbortSignal;
}

/** Opens one read: the session's transaction, begun before this, is its snapshot. */
export async function openRead(session: Session, request: ReadRequest, of: ReadOf): Promise<SourceRead> {
  const doing: Doing = { what: `reading ${of.label}`, code: 'DPONE_SOURCE_READ', missing: 'DPONE_SOURCE_NOT_FOUND' };
  const all = of.native?.columns ?? (await describe(session, of.from, doing));
  const columns = pick(all, request.columns);
  refuseUnreadable(columns);
  const where = predicateOf(request);
  const condition = where === undefined ? '' : ` WHERE ${predicateSql(where)}`;
  const list = columns.map((c) => quoteIdent(c.name)).join(', ');
  const query = `SELECT ${list} FROM ${of.from}${condition}`;
  const rows = await session.count(`SELECT count(*) FROM (${query})`, doing, of.signal);
  const key = of.native?.primaryKey;
  const whole = key !== undefined && key.every((k) => columns.some((c) => c.name === k));
  const schema: Schema = { columns, ...(whole ? { primaryKey: key } : {}) };
  return {
    schema,
    estimate: { rows },
    partitions: [{ index: 0, spec: null, estimate: { rows } }],
    lanes: sourceOffers(),
    advance: advanceOf(request),
    identity: { source: of.label, rows },
    data: (_partition: Partition, lane: Lane) =>
      Promise.resolve(dataOf(session, query, schema, lane, doing, of.signal)),
    // The transaction is the proof: nothing that others commit is seen in it.
    verify: () => Promise.resolve(),
    close: async () => {
      await session.connection.run('ROLLBACK').catch(() => undefined);
      session.close();
    },
  };
}

async function describe(session: Session, from: string, doing: Doing): Promise<Column[]> {
  const rows = await session.rows(`DESCRIBE SELECT * FROM ${from}`, doing);
  return rows.map((row) => {
    const native = String(row['column_type']);
    return nativeColumn(String(row['column_name']), native, canonicalType(native) ?? { kind: 'string' });
  });
}

function pick(all: readonly Column[], names: readonly string[] | undefined): readonly Column[] {
  if (names === undefined) return all;
  return names.map((name) => {
    const found = all.find((c) => c.name === name);
    if (found === undefined)
      throw fail('DPONE_SOURCE_NOT_FOUND', `there is no column ${name}`, { where: `column ${name}` });
    return found;
  });
}

function refuseUnreadable(columns: readonly Column[]): void {
  const refused = columns.filter((c) => c.native !== undefined && canonicalType(c.native.type) === undefined);
  if (refused.length === 0) return;
  throw fail('DPONE_NO_LANE', `no canonical type for ${refused.map((c) => `${c.name} ${c.native!.type}`).join(', ')}`, {
    remedy: 'Leave the columns out (exclude_columns), or cast them in options.query.',
  });
}

/**
 * The request's filter, and where an increment is asked for, what is past the last value seen; from it on where rows may
 * repeat, so that a tie that was committed later is taken too.
 */
function predicateOf(request: ReadRequest): Predicate | undefined {
  const parts: Predicate[] = request.where === undefined ? [] : [request.where];
  if (request.scope !== 'all') {
    if (request.scope.cursor !== 'column')
      throw fail('DPONE_CAPABILITY', `a duckdb source has no ${request.scope.cursor} cursor`);
    const last = request.state as PredicateValue;
    if (last !== null && request.scope.column !== undefined)
      parts.push({ op: request.mayRepeat === true ? 'ge' : 'gt', column: request.scope.column, value: last });
  }
  return parts.length === 0 ? undefined : { op: 'and', all: parts };
}

function advanceOf(request: ReadRequest): StateAdvance {
  if (request.scope === 'all' || request.scope.column === undefined) return { kind: 'none' };
  return { kind: 'max', column: request.scope.column };
}

function dataOf(
  session: Session,
  query: string,
  schema: Schema,
  lane: Lane,
  doing: Doing,
  signal: AbortSignal,
): LaneData {
  if (lane.transport === 'rows')
    return { transport: 'rows', schema, batches: queryBatches(session, query, schema, doing, signal) };
  if (lane.transport !== 'push') throw fail('DPONE_NO_LANE', `a duckdb source gives no ${lane.transport} data`);
  return {
    transport: 'push',
    schema,
    takesConstants: true,
    write: (target, stop, constants) =>
      writeFile(session, withConstants(query, schema, target, constants ?? []), target, doing, stop),
  };
}

/** The query as the file holds it, the constants behind its columns. */
function withConstants(
  query: string,
  schema: Schema,
  target: FileTarget,
  constants: readonly ConstantColumn[],
): string {
  const columns = [...schema.columns, ...constantColumns(constants)];
  const all = ['*', ...constantValues(constants)].join(', ');
  return `SELECT ${writtenColumns(columns, target.lane)} FROM (SELECT ${all} FROM (${query}))`;
}

async function writeFile(
  session: Session,
  query: string,
  target: FileTarget,
  doing: Doing,
  signal: AbortSignal,
): Promise<{ rows: number; bytes: number }> {
  const sql = copyTo(query, target);
  const rows = await session.run(sql, { ...doing, what: `writing ${target.path}` }, signal);
  return { rows, bytes: (await stat(target.path)).size };
}
