import { definePlugin } from '@dpone/sdk';
import { acmeSink } from './sink-definition.js';
import { acmeSource } from './source-definition.js';

export default definePlugin({
  register(host) {
    host.source('acme', acmeSource);
    host.sink('acme', acmeSink);
  },
});

export { acmeSink, acmeSource };
