import { defineCodec, defineSink, defineSource } from '@dpone/sdk';
import { z } from 'zod';
import { sinkCapabilities, sourceCapabilities } from './capabilities.js';
import {
  connection,
  sinkOptions,
  sourceOptions,
  type DuckDBConnectionOptions,
  type SinkOptions,
  type SourceOptions,
} from './options.js';

// The driver (30 MB of native code) is loaded when something is created, not when a plugin is listed or a plan is checked.

export const duckdbSource = defineSource<DuckDBConnectionOptions, SourceOptions>({
  summary: 'Tables and queries of a DuckDB database file',
  connection,
  options: sourceOptions,
  table: 'optional',
  capabilities: sourceCapabilities,
  example: { type: 'duckdb', connection: 'shop.duckdb', table: { schema: 'main', name: 'orders' } },
  create: async (ctx) => new (await import('./source.js')).DuckDBSource(ctx),
});

export const duckdbSink = defineSink<DuckDBConnectionOptions, SinkOptions>({
  summary: 'Tables of a DuckDB database file',
  connection,
  options: sinkOptions,
  table: 'required',
  capabilities: sinkCapabilities,
  example: {
    type: 'duckdb',
    connection: 'warehouse.duckdb',
    table: { schema: 'main', name: 'orders' },
    strategy: { mode: 'full_refresh' },
  },
  create: async (ctx) => new (await import('./sink.js')).DuckDBSink(ctx),
});

export const duckdbCodec = defineCodec({
  summary: 'csv, tsv, jsonl and parquet files, read and written by DuckDB',
  reads: ['csv', 'tsv', 'jsonl', 'parquet'],
  writes: ['csv', 'tsv', 'jsonl', 'parquet'],
  options: z.object({}),
  create: async (ctx) => new (await import('./codec.js')).DuckDBCodec(ctx),
});
