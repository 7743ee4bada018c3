import { API_VERSION, type PluginContext } from '@dpone/sdk';
import { codecService } from './codec-service.js';
import type { EngineHost, Scope } from './host.js';
import { tempFolder } from './temp-folder.js';

const MEGABYTE = 1024 * 1024;

/** What every plugin object of a run is created with. */
export function pluginContext(
  host: EngineHost,
  scope: Scope,
  run: { readonly signal: AbortSignal; readonly memoryMb?: number | undefined },
): PluginContext {
  // Put into the scope first, so that it is removed last: what works in it is closed by then.
  const folder = scope.use('temp folder', () => tempFolder(host.workdir));
  const context: PluginContext = {
    apiVersion: API_VERSION,
    log: host.log,
    signal: run.signal,
    clock: host.clock,
    workdir: host.workdir,
    tempDir: async () => (await folder).path(),
    limits: {
      memoryBytes: run.memoryMb === undefined ? host.limits.memoryBytes : run.memoryMb * MEGABYTE,
      threads: host.limits.threads,
    },
    ...(host.command === undefined ? {} : { command: host.command }),
    codecs: codecService(host, scope, () => context),
  };
  return context;
}
