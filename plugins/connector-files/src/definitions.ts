import { defineSink, defineSource } from '@dpone/sdk';
import { sinkCapabilities, sourceCapabilities } from './capabilities.js';
import { sinkOptions, sourceOptions, type SinkOptions, type SourceOptions } from './options.js';

export const filesSource = defineSource<null, SourceOptions>({
  summary: 'CSV, TSV, JSON Lines and Parquet files',
  connection: null,
  options: sourceOptions,
  table: 'none',
  capabilities: sourceCapabilities,
  example: { type: 'files', options: { path: 'data/orders/*.csv.gz' } },
  create: async (ctx) => new (await import('./source.js')).FilesSource(ctx),
});

export const filesSink = defineSink<null, SinkOptions>({
  summary: 'CSV, TSV, JSON Lines and Parquet files: one file, or a folder that each load adds a file to',
  connection: null,
  options: sinkOptions,
  table: 'optional',
  capabilities: sinkCapabilities,
  example: {
    type: 'files',
    table: { name: 'orders' },
    options: { path: 'out/orders.csv.gz' },
    strategy: { mode: 'full_refresh' },
  },
  create: async (ctx) => new (await import('./sink.js')).FilesSink(ctx),
});
