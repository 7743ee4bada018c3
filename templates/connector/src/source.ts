import { resolve } from 'node:path';
import {
  fail,
  type Predicate,
  type ReadRequest,
  type RowBatch,
  type Schema,
  type Source,
  type SourceContext,
  type SourceRead,
} from '@dpone/sdk';
import type { Connection, SourceOptions } from './options.js';
import { fits } from './rows.js';
import { Store, tableName, type StoredTable } from './store.js';
import { fromStored } from './types.js';

type Context = SourceContext<Connection, SourceOptions>;

export async function createSource(ctx: Context): Promise<Source> {
  if (ctx.table === undefined)
    throw fail('DPONE_MANIFEST_INVALID', 'An acme source needs a table.', { where: 'source.table' });
  const name = tableName(ctx.table);
  const store = new Store(resolve(ctx.workdir, ctx.connection.path));
  const find = async (): Promise<StoredTable> => {
    await store.reachable();
    const table = (await store.read()).tables[name];
    if (table === undefined)
      throw fail('DPONE_SOURCE_NOT_FOUND', `Table ${name} does not exist in the store.`, { where: store.path });
    return table;
  };
  return {
    check: async () => {
      const tried = `read table ${name}`;
      return find().then(
        (table) => [{ name: tried, status: 'pass' as const, message: `${table.rows.length} rows` }],
        (error: Error) => [{ name: tried, status: 'fail' as const, message: error.message }],
      );
    },
    open: async (request) => openRead(ctx, await find(), request),
    close: async () => {},
  };
}

/** The table as it was when the read was opened: what is written meanwhile is not seen. */
function openRead(ctx: Context, table: StoredTable, request: ReadRequest): SourceRead {
  const wanted = request.columns ?? table.columns.map((column) => column.name);
  const indexes = wanted.map((name) => table.columns.findIndex((column) => column.name === name));
  if (indexes.includes(-1))
    throw fail('DPONE_MANIFEST_INVALID', `The table lacks column ${wanted[indexes.indexOf(-1)]}.`);
  const schema: Schema = { columns: indexes.map((index) => table.columns[index]!) };
  const cursor = request.scope === 'all' ? undefined : request.scope.column;
  // Where rows may repeat, a tie that came later is taken too.
  const op = request.mayRepeat === true ? 'ge' : 'gt';
  const past =
    cursor === undefined || request.state === null
      ? []
      : [{ op, column: cursor, value: request.state as string } as const];
  const where: Predicate = { op: 'and', all: [...past, ...(request.where === undefined ? [] : [request.where])] };
  const rows = table.rows.filter((row) => fits(where, row, table.columns) === true);
  const parts = Math.max(1, Math.min(request.parallel, rows.length));
  const size = Math.ceil(rows.length / parts) || 1;

  async function* batches(from: number, to: number): AsyncGenerator<RowBatch> {
    for (let at = from; at < to; at += ctx.options.batch_rows) {
      if (ctx.signal.aborted) throw fail('DPONE_CANCELLED', 'The read was cancelled.');
      const part = rows.slice(at, Math.min(to, at + ctx.options.batch_rows));
      yield {
        rows: part.length,
        columns: indexes.map((i) => part.map((row) => fromStored(row[i], table.columns[i]!.type))),
      };
    }
  }

  return {
    schema,
    estimate: { rows: rows.length },
    partitions: Array.from({ length: Math.max(1, Math.ceil(rows.length / size)) }, (_, index) => ({
      index,
      spec: { from: index * size, to: Math.min(rows.length, (index + 1) * size) },
    })),
    lanes: [{ id: 'rows', transport: 'rows', cost: 20 }],
    advance: cursor === undefined ? { kind: 'none' } : { kind: 'max', column: cursor },
    identity: { rows: rows.length },
    data: async (partition) => {
      const { from, to } = partition.spec as { from: number; to: number };
      return { transport: 'rows', schema, batches: batches(from, to) };
    },
    verify: async () => {},
    close: async () => {},
  };
}
