import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Service } from './service.js';

/** @internal */
export interface Request {
  readonly id: number;
  readonly call: keyof Service;
}

/** @internal */
export interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** A service in a supervisor process of its own. */
export interface Supervised<Facts> {
  start(): Promise<Facts>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Ends the server and its supervisor and removes the server's files; afterwards nothing can be called. */
  remove(): Promise<void>;
}

const SUPERVISOR = fileURLToPath(new URL('./supervisor.js', import.meta.url));

/**
 * Starts a supervisor for the service that `module` exports as `createService`. The server ends, and its files are
 * removed, when this process ends in whatever way; a server that runs does not keep this process alive.
 */
export function supervise<Facts>(module: URL, options: object): Supervised<Facts> {
  // A session of its own: Ctrl-C in the terminal of the tests must not end it before it has cleaned up.
  const child = spawn(process.execPath, [SUPERVISOR, module.href, JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let ids = 0;
  let stderr = '';
  let ended: string | undefined;

  function hold(): void {
    if (waiting.size > 0) {
      child.ref();
      child.channel?.ref();
    } else {
      child.unref();
      child.channel?.unref();
    }
  }

  function end(why: string): void {
    ended = why;
    for (const { reject } of waiting.values()) reject(new Error(why));
    waiting.clear();
  }

  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // The pipe is a socket, which could keep this process alive like the channel.
  (child.stderr as { unref?(): void } | null)?.unref?.();
  child.on('error', (error) => end(`the supervisor of the service could not be started: ${error.message}`));
  child.on('close', (code, signal) => end(`the supervisor of the service ended (${signal ?? code}) ${stderr}`.trim()));
  child.on('message', ({ id, value, error }: Reply) => {
    const caller = waiting.get(id);
    waiting.delete(id);
    hold();
    if (error === undefined) caller?.resolve(value);
    else caller?.reject(new Error(error));
  });
  hold();

  function ask(call: keyof Service): Promise<unknown> {
    if (ended !== undefined) return Promise.reject(new Error(ended));
    return new Promise((resolve, reject) => {
      const id = ++ids;
      waiting.set(id, { resolve, reject });
      hold();
      child.send({ id, call } satisfies Request, (error) => {
        if (error === null) return;
        waiting.delete(id);
        hold();
        reject(new Error(`the supervisor of the service cannot be reached: ${error.message}`));
      });
    });
  }

  return {
    start: async () => (await ask('start')) as Facts,
    stop: async () => void (await ask('stop')),
    kill: async () => void (await ask('kill')),
    async remove() {
      if (ended !== undefined) return;
      await ask('remove');
      await new Promise<void>((resolve) => {
        child.ref();
        child.once('exit', () => resolve());
        child.disconnect();
      });
    },
  };
}
