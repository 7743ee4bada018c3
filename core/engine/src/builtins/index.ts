import { definePlugin } from '@dpone/sdk';
import { executorLocal } from './executor-local.js';
import { secretsEnv } from './secrets-env.js';
import { secretsParams } from './secrets-params.js';
import { stateStoreFile } from './state-store-file.js';

/** What dpone has without any plugin; the host registers it like anyone's. */
export const builtins = definePlugin({
  register(host) {
    host.secrets('env', secretsEnv);
    host.secrets('params', secretsParams);
    host.executor('local', executorLocal);
    host.stateStore('file', stateStoreFile);
  },
});

/** The same as `provides` of a package.json would list it. */
export const BUILTIN_PROVIDES = ['secrets:env', 'secrets:params', 'executor:local', 'stateStore:file'] as const;
