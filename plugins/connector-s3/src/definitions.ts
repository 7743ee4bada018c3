import { defineSink, defineSource } from '@dpone/sdk';
import { sinkCapabilities, sourceCapabilities } from './capabilities.js';
import { connection, type S3Connection } from './connection/settings.js';
import { sinkOptions, sourceOptions, type SinkOptions, type SourceOptions } from './options.js';

// The SDK is loaded when something is created, not when a plugin is listed or a plan is checked.

export const s3Source = defineSource<S3Connection, SourceOptions>({
  summary: 'CSV, TSV, JSON Lines and Parquet objects of S3 and stores that speak like it',
  connection,
  options: sourceOptions,
  table: 'none',
  capabilities: sourceCapabilities,
  example: { type: 's3', options: { path: 's3://lake/orders/**/*.parquet' } },
  create: async (ctx) => new (await import('./source.js')).S3Source(ctx),
});

export const s3Sink = defineSink<S3Connection, SinkOptions>({
  summary: 'CSV, TSV, JSON Lines and Parquet objects: one object, or a prefix that each load adds objects to',
  connection,
  options: sinkOptions,
  table: 'optional',
  capabilities: sinkCapabilities,
  example: {
    type: 's3',
    table: { name: 'orders' },
    options: { path: 's3://lake/orders/', format: 'parquet' },
    strategy: { mode: 'incremental_append' },
  },
  create: async (ctx) => new (await import('./sink.js')).S3Sink(ctx),
});
