import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  fail,
  isDponeError,
  type Column,
  type ConstantColumn,
  type FileTarget,
  type Lane,
  type LaneData,
  type Partition,
  type Predicate,
  type PredicateValue,
  type ReadRequest,
  type RowBatch,
  type Schema,
  type SourceRead,
  type TableRef,
} from '@dpone/sdk';
import { countedLines } from './counted-lines.js';
import { clickhouseError, type Doing } from './errors.js';
import { formatOf } from './file-format.js';
import { sourceOffers } from './lane-offers.js';
import { predicateSql } from './predicate-sql.js';
import { jsonBatches, jsonColumn, ROWS_FORMAT } from './rows-json.js';
import { selectList } from './select-list.js';
import type { Session } from './session.js';
import { ident, text } from './sql.js';
import { tableFacts } from './table-facts.js';
import { meaningOf, physicalName, SYSTEM } from './types.js';

export interface ReadOf {
  /** What follows FROM, under the alias `t`. */
  readonly from: string;
  readonly label: string;
  readonly table: TableRef | undefined;
  /** Columns that hold bytes. */
  readonly bytes: readonly string[];
  readonly signal: AbortSignal;
}

interface Selection {
  readonly session: Session;
  readonly of: ReadOf;
  readonly schema: Schema;
  readonly where: string;
  readonly doing: Doing;
}

/** Opens a read: one SELECT, which sees the parts that there are when it begins. */
export async function openRead(session: Session, request: ReadRequest, of: ReadOf): Promise<SourceRead> {
  const doing: Doing = { what: `reading ${of.label}`, code: 'DPONE_SOURCE_READ', missing: 'DPONE_SOURCE_NOT_FOUND' };
  const columns = pick(await describe(session, of, doing), request.columns).map((c) => asBytes(c, of.bytes));
  refuseUnreadable(columns, session.facts.zone);
  const condition = predicateOf(request, columns);
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  const rows = await session.count(`SELECT count() FROM ${of.from}${where}`, doing, of.signal);
  const schema: Schema = { columns };
  const selection: Selection = { session, of, schema, where, doing };
  return {
    schema,
    estimate: { rows },
    partitions: [{ index: 0, spec: null, estimate: { rows } }],
    lanes: sourceOffers(),
    advance:
      request.scope === 'all' || request.scope.column === undefined
        ? { kind: 'none' }
        : { kind: 'max', column: request.scope.column },
    identity: { source: of.label, rows },
    data: (_partition: Partition, lane: Lane) => dataOf(selection, lane),
    // The one SELECT is the proof: parts that come or go meanwhile are not in it.
    verify: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

async function describe(session: Session, of: ReadOf, doing: Doing): Promise<Column[]> {
  const facts = of.table === undefined ? null : await tableFacts(session, of.table, doing);
  if (facts !== null) return facts.columns.map(({ generated: _, ...column }) => column);
  const rows = await session.rows(`DESCRIBE (SELECT * FROM ${of.from})`, doing);
  return rows.map((row) => {
    const native = String(row['type']);
    const meaning = meaningOf(native, session.facts.zone);
    return {
      name: String(row['name']),
      type: meaning?.type ?? { kind: 'string' },
      nullable: meaning?.nullable ?? false,
      native: { system: SYSTEM, type: native },
    };
  });
}

const asBytes = (column: Column, bytes: readonly string[]): Column =>
  bytes.includes(column.name) && column.type.kind === 'string' ? { ...column, type: { kind: 'bytes' } } : column;

function pick(all: readonly Column[], names: readonly string[] | undefined): readonly Column[] {
  if (names === undefined) return all;
  return names.map((name) => {
    const found = all.find((c) => c.name === name);
    if (found === undefined)
      throw fail('DPONE_SOURCE_NOT_FOUND', `there is no column ${name}`, { where: `column ${name}` });
    return found;
  });
}

function refuseUnreadable(columns: readonly Column[], zone: string): void {
  const refused = columns.filter((c) => c.native !== undefined && meaningOf(c.native.type, zone) === undefined);
  if (refused.length === 0) return;
  throw fail('DPONE_NO_LANE', `no canonical type for ${refused.map((c) => `${c.name} ${c.native!.type}`).join(', ')}`, {
    remedy: 'Leave the columns out (exclude_columns), or cast them in options.query.',
  });
}

/** The request's filter, and where an increment is asked for, what is past the last value seen. */
function predicateOf(request: ReadRequest, columns: readonly Column[]): string | undefined {
  const ref = (name: string): string => `t.${ident(name)}`;
  const parts: Predicate[] = request.where === undefined ? [] : [request.where];
  const said = parts.map((part) => predicateSql(part, ref));
  if (request.scope !== 'all') {
    if (request.scope.cursor !== 'column')
      throw fail('DPONE_CAPABILITY', `a clickhouse source has no ${request.scope.cursor} cursor`);
    const last = request.state as PredicateValue;
    const name = request.scope.column;
    if (last !== null && name !== undefined) {
      const column = columns.find((c) => c.name === name);
      said.push(`${ref(name)} ${request.mayRepeat === true ? '>=' : '>'} ${lastValue(last, column)}`);
    }
  }
  return said.length === 0 ? undefined : said.join(' AND ');
}

/** The last value as the column's own type: a text of an instant would be read in the server's zone. */
function lastValue(last: PredicateValue, column: Column | undefined): string {
  const plain = text(
    String(last)
      .replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ')
      .replace(/Z$/, ''),
  );
  if (column === undefined) return plain;
  if (column.type.kind === 'timestamp') return `toDateTime64(${plain}, ${column.type.precision}, 'UTC')`;
  const named = physicalName(column.type);
  return 'refused' in named ? plain : `CAST(${plain} AS ${named.type})`;
}

async function dataOf(selection: Selection, lane: Lane): Promise<LaneData> {
  const { schema } = selection;
  switch (lane.id) {
    case 'rows':
      return { transport: 'rows', schema, batches: batches(selection) };
    case 'native':
      return streamed(selection, 'native', 'Native');
    case 'pg-copy-text':
      return streamed(selection, 'pg-copy-text', 'TabSeparated');
    case 'parquet':
    case 'csv':
    case 'tsv':
      return {
        transport: 'push',
        schema,
        takesConstants: true,
        write: (target, signal, constants) => writeFile(selection, target, signal, constants ?? []),
      };
    default:
      throw fail('DPONE_NO_LANE', `a clickhouse source gives no ${lane.id}`);
  }
}

const select = ({ of, schema, where }: Selection, lane: Lane['id'], more: readonly string[] = []): string =>
  `SELECT ${[selectList(schema.columns, lane), ...more].join(', ')} FROM ${of.from}${where}`;

async function* batches(selection: Selection): AsyncGenerator<RowBatch> {
  const { session, schema, doing, of } = selection;
  const stream = await session.bytes(`${select(selection, 'rows')} FORMAT ${ROWS_FORMAT}`, doing, of.signal);
  try {
    yield* jsonBatches(
      stream,
      schema,
      schema.columns.map((c) => jsonColumn(c)),
      doing,
    );
  } catch (error) {
    throw clickhouseError(error, doing);
  } finally {
    stream.destroy();
  }
}

async function streamed(selection: Selection, lane: 'native' | 'pg-copy-text', format: string): Promise<LaneData> {
  const { session, schema, doing, of } = selection;
  const from = await session.bytes(`${select(selection, lane)} FORMAT ${format}`, doing, of.signal);
  const { stream, sent } =
    lane === 'native' ? { stream: from, sent: Promise.resolve(undefined) } : countedLines(from, doing);
  return { transport: 'stream', lane, schema, format: {}, stream, sent };
}

/** The answer's bytes into a file; how many rows they are is counted by a second look at what was written. */
async function writeFile(
  selection: Selection,
  target: FileTarget,
  signal: AbortSignal,
  constants: readonly ConstantColumn[],
): Promise<{ rows: number; bytes: number }> {
  const { session, doing } = selection;
  if (target.compression !== 'none' && target.lane === 'parquet')
    throw fail('DPONE_NO_LANE', 'a parquet file is not compressed as a whole');
  const more = constants.map((c) => `${constant(c)} AS ${ident(c.name)}`);
  const format = formatOf(target);
  const query = `${select(selection, target.lane, more)} FORMAT ${format.name}`;
  try {
    const stream = await session.bytes(query, doing, signal, format.settings);
    const rows = format.count();
    await pipeline([stream, rows.through, ...format.through(), createWriteStream(target.path)], { signal });
    return { rows: await rows.rows(target.path), bytes: (await stat(target.path)).size };
  } catch (error) {
    if (isDponeError(error)) throw error;
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw fail('DPONE_DISK_FULL', `writing ${target.path}: ${message}`, { where: target.path, cause: error });
    if (syscall === 'open' || syscall === 'write')
      throw fail('DPONE_SINK_WRITE', `writing ${target.path}: ${message}`, { where: target.path, cause: error });
    throw clickhouseError(error, doing);
  }
}

/** A value that is the same for the whole read, as the type that its column gets. */
function constant({ type, value }: ConstantColumn): string {
  const named = physicalName(type);
  if ('refused' in named) throw fail('DPONE_NO_LANE', named.refused);
  if (value === null) return `CAST(NULL AS Nullable(${named.type}))`;
  const said = type.kind === 'timestamp' ? String(value).replace('T', ' ').replace(/Z$/, '') : String(value);
  return `CAST(${text(said)} AS ${named.type})`;
}
