import { quoteIdent } from '@dpone/sdk';
import type { PhysicalOptions } from './physical-options.js';
import { sqlExpression } from './sql-expression.js';
import type { PhysicalSink, TargetColumn } from './target-type.js';

const bracketed = (name: string): string => `[${name.replaceAll(']', ']]')}]`;
const backticked = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
const dotted = (table: string, quote: (name: string) => string): string => table.split('.').map(quote).join('.');
const plainName = (...parts: readonly string[]): string =>
  parts
    .join('_')
    .replaceAll(/[^A-Za-z0-9_]/g, '_')
    .slice(0, 120);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const listOf = (value: unknown): string[] =>
  value === undefined || value === null ? [] : (Array.isArray(value) ? (value as unknown[]) : [value]).map(String);

const keyOf = ({ indexes }: PhysicalOptions): string[] => listOf(indexes['primary_key']);

const columnLines = (columns: readonly TargetColumn[], line: (column: TargetColumn) => string): string =>
  columns.map((column) => `  ${line(column)}`).join(',\n');

const nullText = ({ nullable }: TargetColumn): string => (nullable ? 'NULL' : 'NOT NULL');

type Renderer = (table: string, columns: readonly TargetColumn[], options: PhysicalOptions) => string[];

const RENDER: Readonly<Record<PhysicalSink, Renderer>> = {
  mssql: (table, columns, options) => {
    const name = dotted(table, bracketed);
    const storage = options.storage['mssql'] ?? {};
    const compression = textOf(storage['compression']).toUpperCase();
    const key = keyOf(options);
    return [
      `CREATE TABLE ${name} (\n${columnLines(columns, (c) => `${bracketed(c.name)} ${c.target_type} ${nullText(c)}`)}\n);`,
      ...(['ROW', 'PAGE'].includes(compression)
        ? [`ALTER TABLE ${name} REBUILD WITH (DATA_COMPRESSION = ${compression});`]
        : []),
      ...(key.length > 0
        ? [`CREATE INDEX ${bracketed(plainName('ix', table, ...key))} ON ${name} (${key.map(bracketed).join(', ')});`]
        : []),
      ...(storage['clustered_columnstore'] === true
        ? [`CREATE CLUSTERED COLUMNSTORE INDEX ${bracketed(plainName('cci', table))} ON ${name};`]
        : []),
    ];
  },
  postgres: (table, columns, options) => {
    const name = dotted(table, quoteIdent);
    const fill = options.storage['postgres']?.['fillfactor'];
    const key = keyOf(options);
    return [
      `CREATE TABLE ${name} (\n${columnLines(columns, (c) => `${quoteIdent(c.name)} ${c.target_type} ${nullText(c)}`)}\n)` +
        `${fill === undefined ? '' : ` WITH (fillfactor=${Math.trunc(Number(fill))})`};`,
      ...(key.length > 0
        ? [
            `CREATE INDEX CONCURRENTLY ${quoteIdent(plainName('ix', table, ...key))} ON ${name} (${key.map(quoteIdent).join(', ')});`,
          ]
        : []),
    ];
  },
  clickhouse: (table, columns, options) => {
    const storage = options.storage['clickhouse'] ?? {};
    const order = listOf(storage['order_by']).map(backticked);
    const partition = storage['partition_by'];
    return [
      [
        `CREATE TABLE ${dotted(table, backticked)} (\n${columnLines(columns, (c) => `${backticked(c.name)} ${c.target_type}`)}\n)`,
        `ENGINE = ${sqlExpression(storage['engine'] ?? 'MergeTree', 'storage.clickhouse.engine')}`,
        ...(partition === undefined
          ? []
          : [`PARTITION BY ${sqlExpression(partition, 'storage.clickhouse.partition_by')}`]),
        `ORDER BY ${order.length === 0 ? 'tuple()' : `(${order.join(', ')})`};`,
      ].join('\n'),
    ];
  },
  bigquery: (table, columns, options) => {
    const storage = options.storage['bigquery'] ?? {};
    const partition = storage['partition_by'];
    const clustering = listOf(storage['clustering']).map(backticked);
    const parts = [
      `CREATE TABLE ${backticked(table)} (\n${columnLines(columns, (c) => `${backticked(c.name)} ${c.target_type}`)}\n)`,
      ...(partition === undefined ? [] : [`PARTITION BY DATE(${backticked(textOf(partition))})`]),
      ...(clustering.length === 0 ? [] : [`CLUSTER BY ${clustering.join(', ')}`]),
    ];
    return [`${parts.join('\n')};`];
  },
  kafka: () => ['-- A topic has no table; its schema is kept by the schema registry.'],
};

/** The statements that make the table; none where physical design is switched off. */
export const createTable = (
  sink: PhysicalSink,
  table: string,
  columns: readonly TargetColumn[],
  options: PhysicalOptions,
): string[] => (!options.enabled || options.mode === 'off' ? [] : RENDER[sink](table, columns, options));

const BLOCKING = 'physical_design.blocking_ddl_requires_safe_window_or_manual_approval';

/** Statements that hold a table for long must not be run while it is used. */
export const risksOf = ({ apply }: PhysicalOptions, ddl: readonly string[]): string[] =>
  (apply === 'online' || apply === 'plan_only') && ddl.some((sql) => /\bREBUILD\b|\bCOLUMNSTORE\b/.test(sql))
    ? [BLOCKING]
    : [];
