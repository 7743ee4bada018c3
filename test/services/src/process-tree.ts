import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

interface Seen {
  readonly pid: number;
  readonly parent: number;
  /** A process that has ended and whose parent has not asked for its exit code. */
  readonly zombie: boolean;
}

/** `pid (name) state ppid ...`: the name may hold spaces and brackets. */
function parseStat(text: string): Seen {
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid: Number.parseInt(text, 10), parent: Number(parent), zombie: state === 'Z' || state === 'X' };
}

/** Every process of this machine. Small images have no `ps`, other systems than Linux have no /proc. */
async function processes(): Promise<Seen[]> {
  if (existsSync('/proc/self/stat')) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)));
    return stats.filter((stat) => stat !== null).map(parseStat);
  }
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [pid, parent, state] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), zombie: state?.startsWith('Z') ?? true };
    });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until none of these processes runs. Returns false where one still does after `seconds`. */
export async function exited(pids: readonly number[], seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const running = (await processes()).filter(({ pid, zombie }) => !zombie && pids.includes(pid));
    if (running.length === 0) return true;
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
}

/** Ends a process and its children by SIGKILL, and returns once they are gone. */
export async function killTree(root: number): Promise<void> {
  // A stopped process starts no child between the look and the kill.
  signal(root, 'SIGSTOP');
  const children = (await processes()).filter(({ parent }) => parent === root).map(({ pid }) => pid);
  for (const pid of [root, ...children]) signal(pid, 'SIGKILL');
  if (!(await exited([root, ...children], 30))) throw new Error(`process ${root} or a child of it survived SIGKILL`);
}
