import { defineSink, defineSource, defineStateStore } from '@dpone/sdk';
import { sinkCapabilities, sourceCapabilities } from './capabilities.js';
import {
  connection,
  sinkOptions,
  sourceOptions,
  stateStoreOptions,
  type PostgresConnection,
  type SinkOptions,
  type SourceOptions,
  type StateStoreOptions,
} from './options.js';

// The driver is loaded when something is created, not when a plugin is listed or a plan is checked.

export const postgresSource = defineSource<PostgresConnection, SourceOptions>({
  summary: 'Tables, views and queries of a Postgres database, and what changes in them',
  connection,
  options: sourceOptions,
  table: 'optional',
  capabilities: sourceCapabilities,
  example: {
    type: 'postgres',
    connection: 'postgres://reader@localhost/shop',
    table: { schema: 'public', name: 'orders' },
  },
  create: async (ctx) => new (await import('./source.js')).PostgresSource(ctx),
});

export const postgresSink = defineSink<PostgresConnection, SinkOptions>({
  summary: 'Tables of a Postgres database',
  connection,
  options: sinkOptions,
  table: 'required',
  capabilities: sinkCapabilities,
  example: {
    type: 'postgres',
    connection: 'postgres://loader@localhost/warehouse',
    table: { schema: 'public', name: 'orders' },
    strategy: { mode: 'full_refresh' },
  },
  create: async (ctx) => new (await import('./sink.js')).PostgresSink(ctx),
});

export const postgresStateStore = defineStateStore<PostgresConnection, StateStoreOptions>({
  summary: 'State in a table of a Postgres database, for targets of any system',
  connection,
  options: stateStoreOptions,
  create: async (ctx) => new (await import('./state-store.js')).PostgresStateStore(ctx),
});
