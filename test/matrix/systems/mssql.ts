import type { CanonicalType, Column } from '@dpone/sdk';
import { freshMssql, mssqlMissing, mssqlVersion } from '@dpone/test-services';
import type { Row } from '@dpone/testkit';
import type { System } from '../system.js';
import { inStatements, rowOf } from '../values.js';
import { declaredMssql } from './mssql-declared.js';

/** https://learn.microsoft.com/sql/t-sql/data-types/data-types-transact-sql */
const TYPES: Partial<Record<CanonicalType['kind'], string>> = {
  bool: 'bit',
  uint8: 'tinyint',
  int16: 'smallint',
  int32: 'int',
  int64: 'bigint',
  float32: 'real',
  float64: 'float(53)',
  string: 'nvarchar(max)',
  bytes: 'varbinary(max)',
  date: 'date',
  uuid: 'uniqueidentifier',
};

function typeName({ type }: Pick<Column, 'type'>): string | undefined {
  switch (type.kind) {
    case 'decimal':
      return type.precision > 38 ? undefined : `decimal(${type.precision},${type.scale})`;
    case 'time':
      return type.precision > 7 ? undefined : `time(${type.precision})`;
    case 'timestamp':
      return type.precision > 7 ? undefined : `${type.tz ? 'datetimeoffset' : 'datetime2'}(${type.precision})`;
    default:
      return TYPES[type.kind];
  }
}

function literal(value: unknown, column: Column): string {
  if (value === null || value === undefined) return 'NULL';
  const text = (of: string): string => `N'${of.replaceAll("'", "''")}'`;
  switch (column.type.kind) {
    case 'bool':
      return value === true ? '1' : '0';
    case 'bytes':
      return `0x${Buffer.from(value as Uint8Array).toString('hex')}`;
    case 'float32':
    case 'float64':
      return Number(value).toExponential();
    case 'string':
      return text(value as string);
    default:
      return `CAST(${text(`${value as string}`)} AS ${typeName(column)})`;
  }
}

const quote = (name: string): string => `[${name}]`;

/** A column as the text that `valueOf` reads. Style 121 is ISO 8601 with a blank, 3 all digits of a float; bytes come as they are. */
function asText({ name, type }: Column): string {
  const column = quote(name);
  switch (type.kind) {
    case 'bool':
      return `CASE ${column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`;
    case 'float32':
    case 'float64':
      return `CONVERT(varchar(40), ${column}, 3)`;
    case 'date':
    case 'time':
      return `CONVERT(varchar(34), ${column}, 121)`;
    case 'timestamp':
      return type.tz
        ? `CONVERT(varchar(34), CONVERT(datetime2(${type.precision}), SWITCHOFFSET(${column}, '+00:00')), 121) + 'Z'`
        : `CONVERT(varchar(34), ${column}, 121)`;
    case 'uuid':
      return `CONVERT(varchar(36), ${column})`;
    case 'bytes':
    case 'string':
    case 'json':
      return column;
    default:
      return `CONVERT(varchar(80), ${column})`;
  }
}

const hexed = (value: string | Buffer | null): string | null =>
  Buffer.isBuffer(value) ? value.toString('hex') : value;

const isStandIn = mssqlMissing() === undefined && !(await mssqlVersion()).startsWith('Microsoft');

/** Those that there are keep microseconds. */
const finer = ({ type }: Column): boolean => (type.kind === 'timestamp' || type.kind === 'time') && type.precision > 6;

export const mssql: System = {
  id: 'mssql',
  memory: 'table',
  server: 'DPONE_TEST_MSSQL_URL',
  missing: mssqlMissing,
  typeOf: typeName,
  ...(isStandIn ? { standIn: { lacks: finer } } : {}),
  cursor: { incremental_column: 'version' },
  declared: () => declaredMssql(typeName),
  async open() {
    const db = await freshMssql();
    const insert = async (name: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> => {
      for (const some of inStatements(rows))
        await db.sql(
          some
            .map(
              (row) => `INSERT INTO shop.${name} VALUES (${columns.map((c) => literal(row[c.name], c)).join(', ')});`,
            )
            .join('\n'),
        );
    };
    const side = (schema: string, name: string) => ({ type: 'mssql', connection: db.uri, table: { schema, name } });
    await db.sql('CREATE SCHEMA shop');
    await db.sql('CREATE SCHEMA mart');
    return {
      source: ({ name }) => side('shop', name),
      sink: ({ name }) => side('mart', name),
      async seed({ name, columns }, rows) {
        const list = columns.map((c) => `${quote(c.name)} ${typeName(c)} ${c.nullable ? 'NULL' : 'NOT NULL'}`);
        await db.sql(`CREATE TABLE shop.${name} (${list.join(', ')})`);
        await insert(name, columns, rows);
      },
      async change({ name, columns }, { changed, added, deleted }) {
        const ids = [...changed, ...deleted].map((row) => row['id'] as bigint).join(', ');
        await db.sql(`DELETE FROM shop.${name} WHERE id IN (${ids})`);
        await insert(name, columns, [...changed, ...added]);
      },
      async rows({ name, columns }) {
        const [found] = await db.sql<{ it: unknown }>(`SELECT OBJECT_ID(N'mart.${name}') AS it`);
        if ((found?.it ?? null) === null) return null;
        const list = columns.map((c, i) => `${asText(c)} AS c${i}`).join(', ');
        const rows = await db.sql<Record<string, string | Buffer | null>>(`SELECT ${list} FROM mart.${name}`);
        return rows.map((row) =>
          rowOf(
            columns.map((_, i) => hexed(row[`c${i}`] ?? null)),
            columns,
          ),
        );
      },
      close: () => db.drop(),
    };
  },
};
