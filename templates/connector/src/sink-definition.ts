import { defineSink } from '@dpone/sdk';
import { sinkCapabilities } from './capabilities.js';
import { connection, sinkOptions } from './options.js';

/** Light to import: the driver comes with `create`. */
export const acmeSink = defineSink({
  summary: 'Tables of an acme store',
  connection,
  options: sinkOptions,
  table: 'required',
  capabilities: sinkCapabilities,
  example: { type: 'acme', connection: 'store.json', table: { name: 'orders' }, strategy: { mode: 'full_refresh' } },
  create: async (ctx) => (await import('./sink.js')).createSink(ctx),
});
