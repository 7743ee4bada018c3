import { defineSource } from '@dpone/sdk';
import { sourceCapabilities } from './capabilities.js';
import { connection, sourceOptions } from './options.js';

/** Light to import: the driver comes with `create`. */
export const acmeSource = defineSource({
  summary: 'Tables of an acme store',
  connection,
  options: sourceOptions,
  table: 'required',
  capabilities: sourceCapabilities,
  example: { type: 'acme', connection: 'store.json', table: { name: 'orders' } },
  create: async (ctx) => (await import('./source.js')).createSource(ctx),
});
