import type { FollowOptions, ProcessResult, ProcessSpec } from '@dpone/engine';
import { fail } from '@dpone/sdk';
import type { Format } from './dpone-command.js';
import type { Session } from './session.js';

/** `dpone run --follow`: a line on stdout for each load. Resolves with the exit code. */
export async function followRun(
  session: Session,
  specs: readonly ProcessSpec[],
  format: Format,
  options: Omit<FollowOptions, 'stop' | 'signal' | 'onEvent'>,
): Promise<number> {
  const [{ followProcess }, { runObserver }, { followedLoad, followSummary }] = await Promise.all([
    import('@dpone/engine'),
    import('./render/run-observer.js'),
    import('./render/follow.js'),
  ]);
  const [spec] = specs;
  if (spec === undefined || specs.length > 1)
    throw fail('DPONE_OPTION_CONFLICT', `--follow takes one process, and ${specs.length} are selected`, {
      remedy: 'Choose one by --selector; another follows in a process of its own.',
    });
  const { stop, abort } = session.stopping();
  const observer = runObserver(format, process.stderr, process.env, 'many');
  const print = (result: ProcessResult): void => void process.stdout.write(`${followedLoad(result, format)}\n`);
  const result = await followProcess(session.host, spec, {
    ...options,
    stop,
    signal: abort,
    onEvent: async (event) => {
      await observer.onEvent(event);
      if (event.type === 'process.finished') print(event.result);
    },
  });
  observer.close();
  if (format !== 'json') process.stdout.write(`${followSummary(spec.name, result)}\n`);
  return result.exit;
}
