import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
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
  /** After the engine is done. */
  remove(): void;
}

/** The pipes of a folder. One that nobody has open any more is empty, and is used again: `mkfifo` is a process of its own. */
export class Fifos {
  readonly #folder: string;
  readonly #free: string[] = [];
  #made = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(front: 'reads' | 'writes'): Promise<Fifo> {
    const path = this.#free.pop() ?? (await this.#make());
    const reader = openSync(path, O_RDONLY | O_NONBLOCK);
    const writer = openSync(path, O_WRONLY | O_NONBLOCK);
    const [own, kept] = front === 'reads' ? [reader, writer] : [writer, reader];
    const stream = new Socket({ fd: own, readable: front === 'reads', writable: front === 'writes' });
    const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
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
      remove: () => {
        engineDone();
        stream.destroy();
        void closed.then(() => this.#free.push(path));
      },
    };
  }

  async #make(): Promise<string> {
    const path = join(this.#folder, `pipe-${++this.#made}`);
    await promisify(execFile)('mkfifo', [path]);
    return path;
  }
}
