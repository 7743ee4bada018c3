import { definePlugin } from '@dpone/sdk';
import { acme } from './gates/acme.js';

export default definePlugin({
  register(host) {
    host.gate('acme', acme);
  },
});

export { acme };
