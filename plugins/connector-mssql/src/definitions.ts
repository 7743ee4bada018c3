import { defineSink, defineSource } from '@dpone/sdk';
import { sinkCapabilities, sourceCapabilities } from './capabilities.js';
import {
  connection,
  sinkOptions,
  sourceOptions,
  type MssqlConnection,
  type SinkOptions,
  type SourceOptions,
} from './options.js';

// The driver is loaded when something is created, not when a plugin is listed or a plan is checked.

export const mssqlSource = defineSource<MssqlConnection, SourceOptions>({
  summary: 'Tables, views and queries of SQL Server and Azure SQL, and what changed in them',
  connection,
  options: sourceOptions,
  table: 'optional',
  capabilities: sourceCapabilities,
  example: {
    type: 'mssql',
    connection: 'mssql://reader@localhost/shop',
    table: { schema: 'dbo', name: 'orders' },
  },
  create: async (ctx) => new (await import('./source.js')).MssqlSource(ctx),
});

export const mssqlSink = defineSink<MssqlConnection, SinkOptions>({
  summary: 'Tables of SQL Server and Azure SQL',
  connection,
  options: sinkOptions,
  table: 'required',
  capabilities: sinkCapabilities,
  example: {
    type: 'mssql',
    connection: 'mssql://loader@localhost/warehouse',
    table: { schema: 'dbo', name: 'orders' },
    strategy: { mode: 'full_refresh' },
  },
  create: async (ctx) => new (await import('./sink.js')).MssqlSink(ctx),
});
