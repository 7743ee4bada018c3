import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exited, killTree } from './process-tree.js';

const START_SECONDS = 120;
const STOP_SECONDS = 20;

/** A server of the JVM with a folder of its own: what Kafka and the schema registry have in common. */
export class JvmProcess {
  readonly #name: string;
  #folder: string | undefined;
  #process: ChildProcess | undefined;
  /** Resolves once the server has ended. */
  #exit: Promise<void> = Promise.resolve();

  constructor(name: string) {
    this.#name = name;
  }

  /** Made on first use; holds `server.log`. */
  async folder(): Promise<string> {
    return (this.#folder ??= await mkdtemp(join(tmpdir(), `dpone-${this.#name}-`)));
  }

  get running(): number | undefined {
    const { pid, exitCode, signalCode } = this.#process ?? {};
    return exitCode === null && signalCode === null ? pid : undefined;
  }

  /** Starts `java` and waits until `ready` says so. */
  async launch(
    args: readonly string[],
    ready: () => Promise<boolean>,
    env: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    if (this.running !== undefined) throw new Error('the server runs already');
    const folder = await this.folder();
    const path = join(folder, 'server.log');
    const log = await open(path, 'a', 0o644);
    try {
      const server = spawn('java', args, {
        cwd: folder,
        env: { ...process.env, ...env },
        stdio: ['ignore', log.fd, log.fd],
      });
      this.#process = server;
      this.#exit = new Promise((resolve) => {
        server.once('exit', () => resolve());
        server.once('error', () => resolve());
      });
      let failed: Error | undefined;
      server.once('error', (error) => (failed = error));
      const deadline = Date.now() + START_SECONDS * 1000;
      while (!(await ready())) {
        if (failed !== undefined) throw failed;
        if (this.running === undefined) throw new Error('the server ended');
        if (Date.now() > deadline) throw new Error(`not ready after ${START_SECONDS} s`);
        await sleep(100);
      }
    } catch (error) {
      await this.kill();
      const said = (await readFile(path, 'utf8')).slice(-4000);
      throw new Error(`${this.#name} did not start: ${(error as Error).message}\n${said}`, { cause: error });
    } finally {
      await log.close();
    }
  }

  async stop(): Promise<void> {
    const pid = this.running;
    if (pid === undefined) return;
    this.#process?.kill('SIGTERM');
    if (!(await exited([pid], STOP_SECONDS))) return this.kill();
    await this.#exit;
  }

  async kill(): Promise<void> {
    const pid = this.running;
    if (pid === undefined) return;
    await killTree(pid);
    await this.#exit;
  }

  async remove(): Promise<void> {
    await this.kill();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Whether somebody listens on a port of this machine. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
