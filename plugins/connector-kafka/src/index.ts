import { definePlugin } from '@dpone/sdk';
import { kafkaSink, kafkaSource } from './definitions.js';

export * from './capabilities.js';
export * from './definitions.js';
export * from './options.js';

export default definePlugin({
  register(host) {
    host.source('kafka', kafkaSource);
    host.sink('kafka', kafkaSink);
  },
});
