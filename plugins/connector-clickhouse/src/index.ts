import { definePlugin } from '@dpone/sdk';
import { clickhouseSink, clickhouseSource } from './definitions.js';

export * from './capabilities.js';
export * from './definitions.js';
export * from './options.js';
export * from './types.js';

export default definePlugin({
  register(host) {
    host.source('clickhouse', clickhouseSource);
    host.sink('clickhouse', clickhouseSink);
  },
});
