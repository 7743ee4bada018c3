import { quoteIdent, quoteLiteral, type CanonicalType, type Column } from '@dpone/sdk';
import { freshDatabase } from '@dpone/test-services';
import type { Row } from '@dpone/testkit';
import { query } from '../../crash/postgres-shop.js';
import type { System } from '../system.js';
import { inStatements, rowOf } from '../values.js';

/** https://www.postgresql.org/docs/current/datatype.html */
const TYPES: Partial<Record<CanonicalType['kind'], string>> = {
  bool: 'boolean',
  int16: 'smallint',
  int32: 'integer',
  int64: 'bigint',
  float32: 'real',
  float64: 'double precision',
  string: 'text',
  bytes: 'bytea',
  date: 'date',
  interval: 'interval',
  uuid: 'uuid',
  json: 'jsonb',
};

function typeName(type: CanonicalType): string | undefined {
  switch (type.kind) {
    case 'decimal':
      return `numeric(${type.precision},${type.scale})`;
    case 'time':
      return type.precision > 6 ? undefined : `time(${type.precision})`;
    case 'timestamp':
      return type.precision > 6 ? undefined : `timestamp${type.tz ? 'tz' : ''}(${type.precision})`;
    case 'array': {
      const item = typeName(type.item);
      return item && `${item}[]`;
    }
    default:
      return TYPES[type.kind];
  }
}

function literal(value: unknown, type: CanonicalType): string {
  if (value === null || value === undefined) return 'NULL';
  if (type.kind === 'bytes') return quoteLiteral(`\\x${Buffer.from(value as Uint8Array).toString('hex')}`);
  if (type.kind === 'array')
    return `ARRAY[${(value as unknown[]).map((item) => literal(item, type.item)).join(', ')}]::${typeName(type)}`;
  return quoteLiteral(`${value as string}`);
}

/** A column as the text that `valueOf` reads. */
function asText({ name, type }: Column): string {
  const column = quoteIdent(name);
  if (type.kind === 'bytes') return `encode(${column}, 'hex')`;
  return type.kind === 'array' ? `to_json(${column})::text` : `${column}::text`;
}

const READING =
  "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601'; SET TimeZone = 'UTC'; SET extra_float_digits = 3; ";

export const postgres: System = {
  id: 'postgres',
  memory: 'table',
  server: 'DPONE_TEST_POSTGRES_URL',
  missing: () => undefined,
  typeOf: ({ type }) => typeName(type),
  cursor: { incremental_column: 'version' },
  log: true,
  async open() {
    const db = await freshDatabase();
    const insert = (name: string, columns: readonly Column[], rows: readonly Row[]): string =>
      inStatements(rows)
        .map((some) => some.map((row) => `(${columns.map((c) => literal(row[c.name], c.type)).join(', ')})`).join(', '))
        .map((values) => `INSERT INTO ${name} VALUES ${values};`)
        .join('\n');
    const side = (schema: string, name: string) => ({
      type: 'postgres',
      connection: db.uri,
      table: { schema, name },
    });
    await db.sql('CREATE SCHEMA shop; CREATE SCHEMA mart');
    return {
      source: ({ name }) => side('shop', name),
      sink: ({ name }) => side('mart', name),
      async seed({ name, columns }, rows) {
        const list = columns.map((c) => `${quoteIdent(c.name)} ${typeName(c.type)}${c.nullable ? '' : ' NOT NULL'}`);
        await db.sql(
          `CREATE TABLE shop.${name} (${list.join(', ')}, PRIMARY KEY (id)); ${insert(`shop.${name}`, columns, rows)}`,
        );
      },
      async change({ name, columns }, { changed, added, deleted }) {
        const ids = [...changed, ...deleted].map((row) => row['id'] as bigint).join(', ');
        const rows = insert(`shop.${name}`, columns, [...changed, ...added]);
        await db.sql(`DELETE FROM shop.${name} WHERE id IN (${ids}); ${rows}`);
      },
      async rows({ name, columns }) {
        const [found] = await query(db.uri, `SELECT to_regclass('mart.${name}') AS it`);
        if ((found?.['it'] ?? null) === null) return null;
        const list = columns.map((column, i) => `${asText(column)} AS c${i}`).join(', ');
        const rows = await query(db.uri, `${READING}SELECT ${list} FROM mart.${name}`);
        return rows.map((row) =>
          rowOf(
            columns.map((_, i) => row[`c${i}`] ?? null),
            columns,
          ),
        );
      },
      async close() {
        // A database that the slot of a process reads cannot be dropped.
        await db.sql(
          'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()',
        );
        await db.drop();
      },
    };
  },
};
