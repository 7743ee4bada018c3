import { defineSource } from '@dpone/sdk';
import { sourceCapabilities } from './capabilities.js';
import { sourceOptions, type SourceOptions } from './options.js';

export const filesSource = defineSource<null, SourceOptions>({
  summary: 'CSV, TSV, JSON Lines and Parquet files',
  connection: null,
  options: sourceOptions,
  table: 'none',
  capabilities: sourceCapabilities,
  example: { type: 'files', options: { path: 'data/orders/*.csv.gz' } },
  create: async (ctx) => new (await import('./source.js')).FilesSource(ctx),
});
