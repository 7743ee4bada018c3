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

/** The processes that a process has begun and that live, from the kernel. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Whether a process lives; one that has died and that nobody asked about does not. */
export function alive(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !status.slice(status.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

/** Waits until something holds; `what` says it in the error. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (let i = 0; i < 1200; i++) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it never came about that ${what}`);
}
