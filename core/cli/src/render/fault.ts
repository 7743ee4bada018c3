import type { RunEvent } from '@dpone/engine';

/**
 * A hook for tests, not for use: `DPONE_FAULT_AT=<step>[:<n>[:<signal>]]` sends this process a signal (SIGKILL by
 * default) when it reaches a protocol step for the n-th time, so that recovery is proven by a real death.
 */
export function faultAt(env: Readonly<Record<string, string | undefined>>): (event: RunEvent) => Promise<void> {
  const [step, nth = '1', signal = 'SIGKILL'] = (env['DPONE_FAULT_AT'] ?? '').split(':');
  let left = Number(nth);
  return async (event) => {
    if (step === '' || event.type !== 'step' || event.step !== step || --left !== 0) return;
    process.kill(process.pid, signal);
    // The signal arrives on a later turn of the loop; nothing may happen after the step until then.
    await new Promise((resolve) => setTimeout(resolve, 1000));
  };
}
