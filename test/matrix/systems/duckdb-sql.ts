import { quoteIdent, quoteLiteral, type CanonicalType, type Column } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { inStatements, rowOf } from '../values.js';

/** https://duckdb.org/docs/stable/sql/data_types/overview */
const TYPES: Partial<Record<CanonicalType['kind'], string>> = {
  bool: 'BOOLEAN',
  int8: 'TINYINT',
  int16: 'SMALLINT',
  int32: 'INTEGER',
  int64: 'BIGINT',
  uint8: 'UTINYINT',
  uint16: 'USMALLINT',
  uint32: 'UINTEGER',
  uint64: 'UBIGINT',
  float32: 'FLOAT',
  float64: 'DOUBLE',
  string: 'VARCHAR',
  bytes: 'BLOB',
  date: 'DATE',
  interval: 'INTERVAL',
  uuid: 'UUID',
  json: 'JSON',
};
const TIMESTAMPS: Readonly<Record<number, string>> = { 3: 'TIMESTAMP_MS', 6: 'TIMESTAMP', 9: 'TIMESTAMP_NS' };

export function typeName(type: CanonicalType): string | undefined {
  switch (type.kind) {
    case 'decimal':
      return type.precision > 38 ? undefined : `DECIMAL(${type.precision}, ${type.scale})`;
    case 'time':
      return { 6: 'TIME', 9: 'TIME_NS' }[type.precision];
    case 'timestamp':
      return type.tz ? (type.precision === 6 ? 'TIMESTAMPTZ' : undefined) : TIMESTAMPS[type.precision];
    case 'array':
      return `${typeName(type.item)}[]`;
    case 'struct':
      return `STRUCT(${type.fields.map((f) => `${quoteIdent(f.name)} ${typeName(f.type)}`).join(', ')})`;
    case 'map':
      return `MAP(${typeName(type.key)}, ${typeName(type.value)})`;
    default:
      return TYPES[type.kind];
  }
}

function bare(value: unknown, type: CanonicalType): string {
  if (value === null || value === undefined) return 'NULL';
  switch (type.kind) {
    case 'bytes':
      return `unhex('${Buffer.from(value as Uint8Array).toString('hex')}')`;
    case 'array':
      return `[${(value as unknown[]).map((item) => bare(item, type.item)).join(', ')}]`;
    case 'struct':
      return `{${type.fields.map((f) => `${quoteLiteral(f.name)}: ${bare((value as Row)[f.name], f.type)}`).join(', ')}}`;
    case 'map': {
      const entries = value as [unknown, unknown][];
      return `MAP {${entries.map(([k, v]) => `${bare(k, type.key)}: ${bare(v, type.value)}`).join(', ')}}`;
    }
    case 'interval':
      return intervalLiteral(value as string);
    default:
      return quoteLiteral(`${value as string}`);
  }
}

/** DuckDB does not read ISO 8601. */
function intervalLiteral(iso: string): string {
  const [date = '', time = ''] = iso.slice(1).split('T');
  const parts = (text: string, units: Readonly<Record<string, string>>): string[] =>
    [...text.matchAll(/(-?[\d.]+)([A-Z])/g)].map(([, n, unit]) => `${n} ${units[unit!]}`);
  const all = [
    ...parts(date, { Y: 'years', M: 'months', D: 'days' }),
    ...parts(time, { H: 'hours', M: 'minutes', S: 'seconds' }),
  ];
  return quoteLiteral(all.join(' '));
}

export const createTable = (name: string, columns: readonly Column[]): string =>
  `CREATE TABLE ${name} (${columns.map((c) => `${quoteIdent(c.name)} ${typeName(c.type)}${c.nullable ? '' : ' NOT NULL'}`).join(', ')})`;

export const insertRows = (name: string, columns: readonly Column[], rows: readonly Row[]): string =>
  inStatements(rows)
    .map((some) => some.map((row) => `(${columns.map((c) => cast(row, c)).join(', ')})`).join(', '))
    .map((values) => `INSERT INTO ${name} VALUES ${values}`)
    .join(';\n');

const cast = (row: Row, c: Column): string => `CAST(${bare(row[c.name], c.type)} AS ${typeName(c.type)})`;

/** A column as the text that `valueOf` reads. */
function asText({ name, type }: Column): string {
  const column = quoteIdent(name);
  if (type.kind === 'bytes') return `hex(${column})`;
  if (type.kind === 'array' || type.kind === 'struct' || type.kind === 'map')
    return `CAST(to_json(${column}) AS VARCHAR)`;
  return `CAST(${column} AS VARCHAR)`;
}

/** Rows of a table, or of files by `read_parquet(...)`. */
export const selectRows = async (db: DuckDBConnection, from: string, columns: readonly Column[]): Promise<Row[]> => {
  const result = await db.runAndReadAll(`SELECT ${columns.map(asText).join(', ')} FROM ${from}`);
  return result.getRows().map((texts) => rowOf(texts as (string | null)[], columns));
};

/** Opens a database file, or `:memory:`, for one piece of work. */
export async function withDuckdb<T>(path: string, work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(path);
  const db = await instance.connect();
  try {
    await db.run("SET TimeZone = 'UTC'");
    return await work(db);
  } finally {
    db.closeSync();
    instance.closeSync();
  }
}
