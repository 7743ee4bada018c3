import { definePlugin } from '@dpone/sdk';
import { postgresSink, postgresSource, postgresStateStore } from './definitions.js';

export * from './capabilities.js';
export * from './definitions.js';
export * from './options.js';
export * from './types.js';

export default definePlugin({
  register(host) {
    host.source('postgres', postgresSource);
    host.sink('postgres', postgresSink);
    host.stateStore('postgres', postgresStateStore);
  },
});
