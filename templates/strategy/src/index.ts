import { definePlugin } from '@dpone/sdk';
import { acmeStrategy } from './acme.js';

export default definePlugin({
  register(host) {
    host.strategy('acme', acmeStrategy);
  },
});

export { acmeStrategy };
