import type { EngineHost } from './host.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunOptions } from './options.js';

/** Carries a run out with whatever observes it, beside the run's own listener: once, whoever began it and by which call. */
export async function observed<O extends Pick<RunOptions, 'onEvent'>, T>(
  host: EngineHost,
  specs: readonly ProcessSpec[],
  options: O,
  run: (heard: O) => Promise<T>,
): Promise<T> {
  const watch = await host.observe?.(specs);
  if (watch === null || watch === undefined) return run(options);
  const onEvent: RunOptions['onEvent'] = async (event) => {
    watch.onEvent(event);
    await options.onEvent?.(event);
  };
  try {
    return await run({ ...options, onEvent });
  } finally {
    await watch.close();
  }
}
