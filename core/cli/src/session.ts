import { fileURLToPath } from 'node:url';
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
  /** The same in two steps: the first SIGINT or SIGTERM fires `stop`, which is no failure; the second `abort`. */
  stopping(): { readonly stop: AbortSignal; readonly abort: AbortSignal };
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
  const host = openRoot(registry, stderrLogger(process.env), {
    env: process.env,
    workdir: process.cwd(),
    command: [process.execPath, fileURLToPath(new URL('../bin/dpone.js', import.meta.url))],
  });
  let signal: AbortSignal | undefined;
  // Made when a command asks for it: a program that uses dpone as a library keeps its own signal handlers.
  return { host, registry, interruption: () => (signal ??= interruption()), stopping };
}

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

/** The signal by which a run is asked to end; a second one ends the process as it always would. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const [name, code] of SIGNALS)
    process.once(name, () => {
      process.stderr.write('\nStopping; the target stays as it is. Once more to stop at once.\n');
      controller.abort();
      process.on('exit', () => (process.exitCode = code));
    });
  return controller.signal;
}

/** The signals by which a run that has no end of its own is asked to end; a third one ends the process as it always would. */
function stopping(): ReturnType<Session['stopping']> {
  const [stop, abort] = [new AbortController(), new AbortController()];
  const handlers = SIGNALS.map(([name, code]) => {
    const handle = (): void => {
      if (!stop.signal.aborted) {
        process.stderr.write('\nStopping behind the load in hand. Once more to undo it.\n');
        return stop.abort();
      }
      process.stderr.write('\nUndoing the load in hand; the target stays as it is. Once more to stop at once.\n');
      for (const [other, handler] of handlers) process.removeListener(other, handler);
      abort.abort();
      process.on('exit', () => (process.exitCode = code));
    };
    return [name, handle] as const;
  });
  for (const [name, handler] of handlers) process.on(name, handler);
  return { stop: stop.signal, abort: abort.signal };
}
