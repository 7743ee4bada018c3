import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process of which machine does some work, so that another can tell whether it still does. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When the process began, in the kernel's own count, so that a pid that is used again is told apart; null where the system does not say. */
  readonly began: string | null;
}

export const thisProcess = (): Owner => ({ host: hostname(), pid: process.pid, began: beginningOf(process.pid) });

/** How long the owner on another machine may say nothing before it counts as gone, in milliseconds. */
export const SILENCE_MS = 60_000;

/**
 * Whether the owner is still at work. On this machine the kernel knows it; of another machine only the last sign of life
 * tells. A process that is stopped (SIGSTOP) lives.
 */
export function lives(owner: Owner, lastSign: Date, now: Date, silenceMs: number = SILENCE_MS): boolean {
  if (owner.host !== hostname()) return now.getTime() - lastSign.getTime() < silenceMs;
  return isRunning(owner.pid) && (owner.began === null || beginningOf(owner.pid) === owner.began);
}

/** Whether a process of this machine runs; one that is stopped does. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5): starttime); null elsewhere than on Linux. A zombie has ended. */
function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in parentheses and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
  } catch {
    return null;
  }
}
