import { isJsonObject, type JsonObject } from '@dpone/sdk';
import { objectAt } from '../manifest/read-manifest.js';

interface Mapping {
  readonly type: string;
  readonly lossless: boolean;
  readonly reason: string;
}

const exact = (type: string): Mapping => ({ type, lossless: true, reason: 'every value is kept' });
const lossy = (type: string, reason: string): Mapping => ({ type, lossless: false, reason });

const TYPES: Readonly<Record<string, Mapping>> = {
  bigint: exact('Int64'),
  int: exact('Int32'),
  integer: exact('Int32'),
  smallint: exact('Int16'),
  tinyint: exact('UInt8'),
  bit: exact('Bool'),
  float: exact('Float64'),
  real: exact('Float32'),
  money: exact('Decimal(19, 4)'),
  smallmoney: exact('Decimal(10, 4)'),
  date: lossy('Date32', 'days before 1900 and after 2299 do not fit'),
  datetime: lossy('DateTime64(3)', 'times before 1900 do not fit'),
  smalldatetime: exact('DateTime64(0)'),
  datetime2: lossy('DateTime64(7)', 'times before 1900 and after 2262 do not fit'),
  datetimeoffset: lossy("DateTime64(7, 'UTC')", 'the moment is kept, its offset is not'),
  time: exact('String'),
  uniqueidentifier: exact('UUID'),
  char: exact('String'),
  nchar: exact('String'),
  varchar: exact('String'),
  nvarchar: exact('String'),
  text: exact('String'),
  ntext: exact('String'),
  xml: exact('String'),
  sysname: exact('String'),
  binary: exact('String'),
  varbinary: exact('String'),
  image: exact('String'),
  rowversion: exact('String'),
  timestamp: exact('String'),
};

function mapping(native: string): Mapping {
  const name = native.trim().toLowerCase();
  const decimal = /^(?:decimal|numeric)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/.exec(name);
  if (decimal !== null) return exact(`Decimal(${decimal[1] ?? 18}, ${decimal[2] ?? 0})`);
  return TYPES[name.replace(/\(.*$/, '').trim()] ?? lossy('String', 'it is kept as the text that SQL Server writes');
}

/** How the columns that the manifest names arrive in ClickHouse. */
export function fidelityOf(source: JsonObject, sink: JsonObject) {
  const profile = 'mssql_to_clickhouse_lossless_v1';
  const given = source['source_schema'] ?? source['columns'];
  const columns = (Array.isArray(given) ? (given as unknown[]) : []).flatMap((column) => {
    const { name, type, source_type } = (isJsonObject(column) ? column : {}) as {
      name?: unknown;
      type?: unknown;
      source_type?: unknown;
    };
    const native = type ?? source_type;
    return typeof name === 'string' && typeof native === 'string' ? [[name, native] as const] : [];
  });
  if (columns.length === 0) return { profile, available: false, columns: {} };
  const policy = { ...objectAt(source, 'type_fidelity'), ...objectAt(sink, 'type_fidelity') };
  const offset = objectAt(objectAt(policy, 'temporal'), 'offset_timestamp');
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
  const mapped = columns.map(([name, native]) => {
    const { type, lossless, reason } = mapping(native);
    return [name, { column: name, source_type: native, clickhouse_type: type, lossless, reason }] as const;
  });
  return {
    profile,
    available: true,
    policy: {
      binary_encoding: text(policy['binary_encoding'], 'none'),
      time_encoding: text(policy['time_encoding'], 'string'),
      temporal: {
        offset_timestamp: {
          offset_timestamp_mode: text(offset['mode'], 'utc_instant'),
          target_timezone: text(offset['target_timezone'] ?? offset['timezone'], 'UTC'),
          sql_server_timezone: typeof offset['sql_server_timezone'] === 'string' ? offset['sql_server_timezone'] : null,
          malformed: text(offset['malformed'], 'fail'),
          column_overrides: objectAt(offset, 'columns'),
          warnings: [],
        },
      },
    },
    warnings: [],
    columns: Object.fromEntries(mapped),
    generated_columns: {},
    lossless: mapped.every(([, column]) => column.lossless),
  };
}
