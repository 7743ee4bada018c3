import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Order } from './worker.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

/** A process that loads, and that may be killed; the next load then gets a new one. */
export class Loader {
  #child: ChildProcess | undefined;

  /** What the load came to, or `killed`. */
  async load(order: Order): Promise<Answer | 'killed'> {
    const child = (this.#child ??= await start());
    const listening = new AbortController();
    const { signal } = listening;
    const heard = (event: string): Promise<unknown[]> => once(child, event, { signal });
    const answer = heard('message').then(([said]) => said as Answer);
    const end = heard('exit').then(([code, by]) => ({ code: code as number | null, signal: by as string | null }));
    child.send(order);
    const first = await Promise.race([answer, end]);
    // The other one is not waited for.
    for (const one of [answer, end]) one.catch(() => undefined);
    listening.abort();
    if ('passed' in first) return first;
    this.#child = undefined;
    if (first.signal === 'SIGKILL') return 'killed';
    throw new Error(`the worker ended by itself: ${first.signal ?? first.code}`);
  }

  close(): void {
    this.#child?.kill();
    this.#child = undefined;
  }
}

async function start(): Promise<ChildProcess> {
  const child = fork(WORKER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(child, 'message');
  return child;
}
