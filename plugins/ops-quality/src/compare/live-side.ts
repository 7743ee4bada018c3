import { fail, type GateHost, type Json, type LiveSource, type RowBatch, type SourceBlock } from '@dpone/sdk';
import { checksumSql, type ChecksumSql } from './checksum-sql.js';
import type { Checksums, RangeSum, Side, Take } from './side.js';
import { SQL_DIALECTS, type SqlDialect } from './sql-dialects.js';

/** A side that a source block names, while that source is open. */
export function liveSide(name: Side['name'], block: SourceBlock, live: LiveSource, host: GateHost): Side {
  const columns = new Map(live.schema.columns.map((column) => [column.name, column.type]));
  const all = live.schema.columns.map((column) => column.name);
  return {
    name,
    typed: true,
    columns,
    tempDir: () => live.tempDir(),
    read: async (names, take) => {
      for await (const batch of live.batches()) await give(batch, all, names, take);
    },
    checksums: (pairs) => {
      const places = sqlPlaces(block);
      const sql = places && checksumSql(places, places.from, columns, pairs);
      return sql === undefined ? undefined : checksumsOf(block, sql, new Set(all), host, `--${name}`);
    },
  };
}

async function give(batch: RowBatch, has: readonly string[], wants: readonly string[], take: Take): Promise<void> {
  const none = Array.from({ length: batch.rows }, () => undefined);
  await take({ rows: batch.rows, columns: wants.map((name) => batch.columns[has.indexOf(name)] ?? none) });
}

/** How a block of a SQL system is asked by a query; undefined where it is none, or cannot be put into one. */
export function sqlPlaces(block: SourceBlock): (SqlDialect & { readonly from: string }) | undefined {
  const { type } = block;
  const dialect = typeof type === 'string' ? SQL_DIALECTS[type] : undefined;
  const from = dialect && fromOf(block, (part) => dialect.quote(part));
  return dialect === undefined || from === undefined ? undefined : { ...dialect, from };
}

/** The same block with a query in the place of its table. */
export function queryBlock(block: SourceBlock, query: string): SourceBlock {
  const { table: _, ...rest } = block;
  return { ...rest, options: { ...optionsOf(block), query } };
}

/** Options that change which rows a block means; with them the rows are read by the block itself. */
const NARROWING = ['custom_predicate', 'columns', 'source_schema'];

/** What stands behind FROM for a block of a SQL system; undefined where that cannot be said. */
function fromOf(block: SourceBlock, quote: (name: string) => string): string | undefined {
  const options = optionsOf(block);
  if (NARROWING.some((key) => key in options)) return undefined;
  if (typeof options['query'] === 'string') return `(${options['query'].replace(/[\s;]+$/, '')}\n) AS q`;
  const { table } = block;
  if (typeof table === 'string') {
    const parts = table.split('.');
    return parts.length <= 2 && parts.every((part) => /^\w+$/.test(part)) ? parts.map(quote).join('.') : undefined;
  }
  const { schema, name } = (table ?? {}) as { schema?: unknown; name?: unknown };
  if (typeof name !== 'string' || (schema !== undefined && typeof schema !== 'string')) return undefined;
  return [schema, name].flatMap((part) => (part === undefined ? [] : [quote(part)])).join('.');
}

const optionsOf = (block: SourceBlock): Readonly<Record<string, Json>> =>
  typeof block['options'] === 'object' && block['options'] !== null && !Array.isArray(block['options'])
    ? (block['options'] as Readonly<Record<string, Json>>)
    : {};

function checksumsOf(
  block: SourceBlock,
  sql: ChecksumSql,
  has: ReadonlySet<string>,
  host: GateHost,
  where: string,
): Checksums {
  return {
    sums: () =>
      host.readSource(queryBlock(block, sql.sums), { where }, async (live) => {
        const sums = new Map<number, RangeSum>();
        for await (const { rows, columns } of live.batches())
          for (let r = 0; r < rows; r++) {
            const [range, count, keys, first, second] = columns.map((column) => column[r]);
            if (typeof first !== 'string' || typeof second !== 'string')
              throw fail('DPONE_INTERNAL', 'a checksum is no text', { where });
            sums.set(Number(range), {
              rows: Number(count),
              keys: Number(keys),
              first: BigInt(first),
              second: BigInt(second),
            });
          }
        return sums;
      }),
    read: (names, ranges, take) => {
      const known = [...new Set(names)].filter((name) => has.has(name));
      return host.readSource(queryBlock(block, sql.rows(known, ranges)), { where, columns: known }, async (live) => {
        const read = live.schema.columns.map((column) => column.name);
        for await (const batch of live.batches()) await give(batch, read, names, take);
      });
    },
  };
}
