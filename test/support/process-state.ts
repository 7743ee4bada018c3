import { readFileSync } from 'node:fs';

/** Waits until the kernel reports the process as stopped (state T). */
export async function untilStopped(pid: () => number): Promise<void> {
  for (let i = 0; i < 600; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (pid() === 0) continue;
    const status = readFileSync(`/proc/${pid()}/stat`, 'utf8');
    if (status.slice(status.lastIndexOf(')') + 2).startsWith('T')) return;
  }
  throw new Error('the process never reached the step at which it pauses');
}
