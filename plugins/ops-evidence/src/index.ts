import { definePlugin } from '@dpone/sdk';
import { artifactIndex } from './gates/artifact-index.js';

export default definePlugin({
  register(host) {
    host.gate('artifact-index', artifactIndex);
  },
});

export { artifactIndex };
