import { definePlugin } from '@dpone/sdk';
import { duckdbCodec, duckdbSink, duckdbSource } from './definitions.js';

export * from './capabilities.js';
export * from './definitions.js';
export * from './options.js';
export * from './types.js';

export default definePlugin({
  register(host) {
    host.source('duckdb', duckdbSource);
    host.sink('duckdb', duckdbSink);
    host.codec('duckdb', duckdbCodec);
  },
});
