import { definePlugin } from '@dpone/sdk';
import { mssqlSink, mssqlSource } from './definitions.js';

export * from './capabilities.js';
export * from './definitions.js';
export * from './options.js';
export * from './types.js';

export default definePlugin({
  register(host) {
    host.source('mssql', mssqlSource);
    host.sink('mssql', mssqlSink);
  },
});
