import type { Interfaces } from '@oclif/core';
import type { EngineHost } from '@dpone/engine';
import type { Registry } from './host/registry.js';
import { stderrLogger } from './render/logger.js';
import { errorText } from './render/error.js';
import { widthOf } from './render/wrap.js';

export interface Session {
  readonly host: EngineHost;
  readonly registry: Registry;
  /** From the first call on, SIGINT and SIGTERM fire this signal instead of ending the process. */
  interruption(): AbortSignal;
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
  let signal: AbortSignal | undefined;
  // Made when a command asks for it: a program that uses dpone as a library keeps its own signal handlers.
  return { host, registry, interruption: () => (signal ??= interruption()) };
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
