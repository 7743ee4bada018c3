import { definePlugin } from '@dpone/sdk';
import { s3Sink, s3Source } from './definitions.js';

export * from './capabilities.js';
export * from './definitions.js';
export * from './options.js';

export default definePlugin({
  register(host) {
    host.source('s3', s3Source);
    host.sink('s3', s3Sink);
  },
});
