import type { Interfaces } from '@oclif/core';
import type { EngineHost } from '@dpone/engine';
import type { Registry } from './host/registry.js';
import { stderrLogger } from './render/logger.js';
import { errorText } from './render/error.js';
import { widthOf } from './render/wrap.js';

export interface Session {
  readonly host: EngineHost;
  readonly registry: Registry;
  /** Fires on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Opens the host for one command. Plugins that were left out are named on stderr; the command goes on without them. */
export async function openSession(config: Interfaces.Config): Promise<Session> {
  const [{ openRoot }, { Registry: RegistryClass }, { discover }] = await Promise.all([
    import('./containers/root.js'),
    import('./host/registry.js'),
    import('./host/discover.js'),
  ]);
  const registry = new RegistryClass(discover(config));
  for (const problem of registry.problems)
    process.stderr.write(`${errorText(problem, widthOf(process.stderr), false).replace(/^Error/, 'Left out:')}\n`);
  const host = openRoot(registry, stderrLogger(process.env), { env: process.env, workdir: process.cwd() });
  return { host, registry, signal: interruption() };
}

/** The signal by which a run is asked to end; a second one ends the process as it always would. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(name, () => {
      process.stderr.write('\nStopping; the target stays as it is. Once more to stop at once.\n');
      controller.abort();
      process.on('exit', () => (process.exitCode = code));
    });
  return controller.signal;
}
