import { definePlugin } from '@dpone/sdk';
import { executorLocal } from './executor-local.js';
import { secretsEnv } from './secrets-env.js';
import { secretsParams } from './secrets-params.js';
import { stateStoreFile } from './state-store-file.js';

/** What dpone has without any plugin; the host finds it by this package's `dpone` block, like anyone's. */
export default definePlugin({
  register(host) {
    host.secrets('env', secretsEnv);
    host.secrets('params', secretsParams);
    host.executor('local', executorLocal);
    host.stateStore('file', stateStoreFile);
  },
});
