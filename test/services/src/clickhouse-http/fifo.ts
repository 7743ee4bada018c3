import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * A named pipe between a connection of the front and the engine. The front keeps a handle of the engine's side until
 * the engine is done: the pipe then neither ends before the engine opens it nor hangs where it never does.
 */
export interface Fifo {
  readonly path: string;
  readonly stream: Socket;
  /** The engine is done: what it wrote can be read to its end; what is left to write is not wanted. */
  engineDone(): void;
  remove(): Promise<void>;
}

export async function makeFifo(path: string, front: 'reads' | 'writes'): Promise<Fifo> {
  await promisify(execFile)('mkfifo', [path]);
  const reader = openSync(path, O_RDONLY | O_NONBLOCK);
  const writer = openSync(path, O_WRONLY | O_NONBLOCK);
  const [own, kept] = front === 'reads' ? [reader, writer] : [writer, reader];
  const stream = new Socket({ fd: own, readable: front === 'reads', writable: front === 'writes' });
  let open = true;
  const engineDone = (): void => {
    if (open) closeSync(kept);
    open = false;
    if (front === 'writes') stream.destroy();
  };
  return {
    path,
    stream,
    engineDone,
    async remove() {
      engineDone();
      stream.destroy();
      await rm(path, { force: true });
    },
  };
}
