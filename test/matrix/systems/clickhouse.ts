import { quoteLiteral, type CanonicalType, type Column } from '@dpone/sdk';
import { clickhouseMissing, freshClickHouse } from '@dpone/test-services';
import type { Row } from '@dpone/testkit';
import type { System } from '../system.js';
import { inStatements, rowOf } from '../values.js';

/** https://clickhouse.com/docs/sql-reference/data-types; a String says neither that it is bytes nor that it is a document. */
const TYPES: Partial<Record<CanonicalType['kind'], string>> = {
  bool: 'Bool',
  int8: 'Int8',
  int16: 'Int16',
  int32: 'Int32',
  int64: 'Int64',
  uint8: 'UInt8',
  uint16: 'UInt16',
  uint32: 'UInt32',
  uint64: 'UInt64',
  float32: 'Float32',
  float64: 'Float64',
  string: 'String',
  bytes: 'String',
  date: 'Date32',
  uuid: 'UUID',
};
const NESTED: readonly string[] = ['array', 'struct', 'map'];

function bareType(type: CanonicalType): string | undefined {
  const inner = (of: CanonicalType): string => `Nullable(${bareType(of)})`;
  switch (type.kind) {
    case 'decimal':
      return `Decimal(${type.precision}, ${type.scale})`;
    case 'time':
      return `Time64(${type.precision})`;
    case 'timestamp':
      // Without a zone it is the server's, and that of the tests' is UTC.
      return `DateTime64(${type.precision}${type.tz ? ", 'UTC'" : ''})`;
    case 'array':
      return `Array(${inner(type.item)})`;
    case 'struct':
      return `Tuple(${type.fields.map((f) => `${f.name} ${inner(f.type)}`).join(', ')})`;
    case 'map':
      return `Map(${bareType(type.key)}, ${inner(type.value)})`;
    default:
      return TYPES[type.kind];
  }
}

const typeName = ({ type, nullable }: Column): string | undefined => {
  const bare = bareType(type);
  return bare === undefined || NESTED.includes(type.kind) || !nullable ? bare : `Nullable(${bare})`;
};

function literal(value: unknown, type: CanonicalType): string {
  if (value === null || value === undefined) return 'NULL';
  switch (type.kind) {
    case 'bytes':
      return `unhex('${Buffer.from(value as Uint8Array).toString('hex')}')`;
    case 'timestamp':
      return text((value as string).replace('T', ' ').replace('Z', ''));
    case 'array':
      return `[${(value as unknown[]).map((item) => literal(item, type.item)).join(', ')}]`;
    case 'struct':
      return `tuple(${type.fields.map((f) => literal((value as Row)[f.name], f.type)).join(', ')})`;
    case 'map':
      return `map(${(value as [unknown, unknown][]).flatMap(([k, v]) => [literal(k, type.key), literal(v, type.value)]).join(', ')})`;
    case 'bool':
    case 'float32':
    case 'float64':
      return `${value as number}`;
    default:
      return text(`${value as string}`);
  }
}

const text = (value: string): string => quoteLiteral(value.replaceAll('\\', '\\\\'));

/** A column as the text that `valueOf` reads. */
function asText({ name, type }: Column): string {
  if (type.kind === 'bytes') return `hex(${name})`;
  if (NESTED.includes(type.kind)) return `toJSONString(${name})`;
  return type.kind === 'timestamp' && type.tz ? `concat(toString(${name}, 'UTC'), 'Z')` : `toString(${name})`;
}

export const clickhouse: System = {
  id: 'clickhouse',
  memory: 'table',
  server: 'DPONE_TEST_CLICKHOUSE_URL',
  missing: clickhouseMissing,
  typeOf: typeName,
  reaches: ({ type }, value) =>
    value === null
      ? !NESTED.includes(type.kind)
      : type.kind !== 'date' || ((value as string) >= '1900' && (value as string) < '2300'),
  cursor: { incremental_column: 'version' },
  async open() {
    const [from, into] = await Promise.all([freshClickHouse(), freshClickHouse()]);
    const insert = async (name: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> => {
      const cast = (row: Row, c: Column): string => `CAST(${literal(row[c.name], c.type)} AS ${typeName(c)})`;
      for (const some of inStatements(rows)) {
        const values = some.map((row) => `(${columns.map((c) => cast(row, c)).join(', ')})`);
        await from.sql(`INSERT INTO ${name} VALUES ${values.join(', ')}`);
      }
    };
    return {
      source: ({ name, columns }) => {
        const bytes = columns.filter((c) => c.type.kind === 'bytes').map((c) => c.name);
        return { type: 'clickhouse', connection: from.uri, table: { name }, options: { bytes } };
      },
      sink: ({ name }) => ({ type: 'clickhouse', connection: into.uri, table: { name } }),
      async seed({ name, columns }, rows) {
        const list = columns.map((c) => `${c.name} ${typeName(c)}`).join(', ');
        await from.sql(`CREATE TABLE ${name} (${list}) ENGINE = MergeTree ORDER BY id`);
        await insert(name, columns, rows);
      },
      async change({ name, columns }, { changed, added, deleted }) {
        const ids = [...changed, ...deleted].map((row) => row['id'] as bigint).join(', ');
        await from.sql(`DELETE FROM ${name} WHERE id IN (${ids})`);
        await insert(name, columns, [...changed, ...added]);
      },
      async rows({ name, columns }) {
        if ((await into.sql(`SHOW TABLES LIKE '${name}'`)).length === 0) return null;
        const list = columns.map((c, i) => `${asText(c)} AS c${i}`).join(', ');
        const rows = await into.sql<Record<string, string | null>>(`SELECT ${list} FROM ${name}`);
        return rows.map((row) =>
          rowOf(
            columns.map((_, i) => row[`c${i}`] ?? null),
            columns,
          ),
        );
      },
      close: async () => void (await Promise.all([from.drop(), into.drop()])),
    };
  },
};
