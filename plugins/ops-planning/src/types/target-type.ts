import type { InferredColumn } from './infer-columns.js';
import type { PhysicalOptions, TemporalFidelity } from './physical-options.js';
import { sqlExpression } from './sql-expression.js';

export const PHYSICAL_SINKS = ['mssql', 'postgres', 'clickhouse', 'bigquery', 'kafka'] as const;
export type PhysicalSink = (typeof PHYSICAL_SINKS)[number];

export interface TargetColumn {
  readonly name: string;
  readonly logical_type: string;
  readonly target_type: string;
  readonly nullable: boolean;
  readonly decision_source: string;
  readonly reason: string;
}

type Types = Readonly<Record<string, string | ((column: InferredColumn) => string)>>;

const decimal =
  (name: string) =>
  ({ precision, scale }: InferredColumn): string =>
    `${name}(${precision ?? 38},${scale ?? 9})`;
const zoned =
  (withZone: string, without: string) =>
  ({ timezone }: InferredColumn): string =>
    timezone === true ? withZone : without;

/** Logical type to the system's; what is not named is text. */
const TYPES: Readonly<Record<PhysicalSink, Types & { readonly text: string }>> = {
  mssql: {
    integer: 'bigint',
    bigint: 'bigint',
    decimal: decimal('decimal'),
    float: 'float',
    boolean: 'bit',
    timestamp: zoned('datetimeoffset', 'datetime2'),
    date: 'date',
    time: 'time',
    binary: 'varbinary(max)',
    text: 'nvarchar(max)',
  },
  postgres: {
    integer: 'bigint',
    bigint: 'bigint',
    decimal: decimal('numeric'),
    float: 'double precision',
    boolean: 'boolean',
    timestamp: zoned('timestamptz', 'timestamp'),
    date: 'date',
    time: 'time',
    json: 'jsonb',
    binary: 'bytea',
    text: 'text',
  },
  clickhouse: {
    integer: 'Int64',
    bigint: 'Int64',
    decimal: decimal('Decimal'),
    float: 'Float64',
    boolean: 'Bool',
    timestamp: 'DateTime64(6)',
    date: 'Date',
    text: 'String',
  },
  bigquery: {
    integer: 'INT64',
    bigint: 'INT64',
    decimal: ({ precision, scale }) => ((precision ?? 38) > 38 || (scale ?? 9) > 9 ? 'BIGNUMERIC' : 'NUMERIC'),
    float: 'FLOAT64',
    boolean: 'BOOL',
    timestamp: 'TIMESTAMP',
    date: 'DATE',
    time: 'TIME',
    json: 'JSON',
    binary: 'BYTES',
    text: 'STRING',
  },
  kafka: {
    integer: 'int64',
    bigint: 'int64',
    decimal: 'decimal',
    float: 'double',
    boolean: 'boolean',
    timestamp: 'timestamp',
    date: 'date',
    json: 'json',
    binary: 'bytes',
    array: 'array',
    text: 'string',
  },
};

const SINK_ALIASES: Readonly<Record<string, PhysicalSink>> = {
  sqlserver: 'mssql',
  sql_server: 'mssql',
  bq: 'bigquery',
};
export const physicalSink = (type: string): PhysicalSink | undefined => {
  const name = type.trim().toLowerCase();
  return SINK_ALIASES[name] ?? PHYSICAL_SINKS.find((sink) => sink === name);
};

/** The type of a column in a system: what the manifest sets, else by its time zone, else by its logical type. */
export function targetColumn(
  sink: PhysicalSink,
  column: InferredColumn,
  options: PhysicalOptions,
  temporal: TemporalFidelity,
): TargetColumn {
  const { name, logical_type, nullable } = column;
  const decided = (target_type: string, decision_source: string, reason: string): TargetColumn => ({
    name,
    logical_type,
    target_type,
    nullable,
    decision_source,
    reason,
  });
  const set = (options.columns[name] ?? options.columns[name.toLowerCase()])?.[sink];
  if (set !== undefined)
    return decided(
      sqlExpression(set, `columns.${name}`),
      'physical_override',
      `the manifest sets the type for ${sink}`,
    );
  if (logical_type.toLowerCase() === 'timestamp' && column.timezone === true)
    return decided(zonedType(sink, temporal), 'type_fidelity', `time zones are kept as ${temporal.mode}`);
  const found = TYPES[sink][logical_type.toLowerCase()] ?? TYPES[sink].text;
  const type = typeof found === 'string' ? found : found(column);
  if (sink === 'clickhouse' && type === 'String' && isLowCardinality(name, options))
    return decided('LowCardinality(String)', 'physical_design', 'the manifest asks for low cardinality');
  return decided(type, column.decision_source, `what ${sink} has for ${logical_type}`);
}

function zonedType(sink: PhysicalSink, { mode, malformed, target_timezone, timezone }: TemporalFidelity): string {
  if (mode === 'preserve_text' || malformed === 'preserve_text') return TYPES[sink].text;
  switch (sink) {
    case 'clickhouse':
      return `DateTime64(6, '${(mode === 'fixed_timezone' ? (target_timezone ?? timezone) : 'UTC').replaceAll(/['\\]/g, '')}')`;
    case 'mssql':
      return mode === 'preserve_offset' ? 'datetimeoffset' : 'datetime2';
    case 'postgres':
      return 'timestamptz';
    case 'bigquery':
      return 'TIMESTAMP';
    default:
      return 'timestamp';
  }
}

function isLowCardinality(name: string, { storage }: PhysicalOptions): boolean {
  const { mode, columns } = (storage['clickhouse']?.['low_cardinality'] ?? {}) as { mode?: unknown; columns?: unknown };
  const asked = Array.isArray(columns) ? columns.map((column) => String(column).toLowerCase()) : [];
  return (mode === 'explicit' || mode === 'force') && asked.includes(name.toLowerCase());
}
