import { defineSink, defineSource } from '@dpone/sdk';
import { sinkCapabilities, sourceCapabilities } from './capabilities.js';
import type { ClickHouseConnection } from './connection/settings.js';
import { connection, sinkOptions, sourceOptions, type SinkOptions, type SourceOptions } from './options.js';

// The driver is loaded when something is created, not when a plugin is listed or a plan is checked.

export const clickhouseSource = defineSource<ClickHouseConnection, SourceOptions>({
  summary: 'Tables and queries of a ClickHouse server',
  connection,
  options: sourceOptions,
  table: 'optional',
  capabilities: sourceCapabilities,
  example: {
    type: 'clickhouse',
    connection: 'clickhouse://default@localhost:8123/mart',
    table: { schema: 'mart', name: 'orders' },
  },
  create: async (ctx) => new (await import('./source.js')).ClickHouseSource(ctx),
});

export const clickhouseSink = defineSink<ClickHouseConnection, SinkOptions>({
  summary: 'Tables of a ClickHouse server',
  connection,
  options: sinkOptions,
  table: 'required',
  capabilities: sinkCapabilities,
  example: {
    type: 'clickhouse',
    connection: 'clickhouse://default@localhost:8123/mart',
    table: { schema: 'mart', name: 'orders' },
    strategy: { mode: 'full_refresh' },
    options: { order_by: ['id'] },
  },
  create: async (ctx) => new (await import('./sink.js')).ClickHouseSink(ctx),
});
