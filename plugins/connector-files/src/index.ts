import { definePlugin } from '@dpone/sdk';
import { filesSink, filesSource } from './definitions.js';

export * from './capabilities.js';
export * from './definitions.js';
export * from './options.js';

export default definePlugin({
  register(host) {
    host.source('files', filesSource);
    host.sink('files', filesSink);
  },
});
