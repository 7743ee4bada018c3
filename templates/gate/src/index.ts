import { definePlugin } from '@dpone/sdk';
import { acmeGate } from './gates/acme.js';

export default definePlugin({
  register(host) {
    host.gate('acme', acmeGate);
  },
});

export { acmeGate };
