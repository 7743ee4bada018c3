import { definePlugin } from '@dpone/sdk';
import { acme } from './acme.js';

export default definePlugin({
  register(host) {
    host.strategy('acme', acme);
  },
});

export { acme };
