import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { minioBinary } from './minio-binaries.js';
import { exited, killTree } from './process-tree.js';
import type { Service } from './service.js';

export interface MinioOptions {
  readonly user: string;
  readonly password: string;
}

/** Where the server is. */
export interface MinioFacts {
  readonly port: number;
}

// Waits are bounds on a broken server, not on a slow one.
const START_SECONDS = 120;
const STOP_SECONDS = 20;

/** One MinIO server with a folder of its own. */
export class MinioProcess implements Service {
  readonly #options: MinioOptions;
  #folder: string | undefined;
  #port: number | undefined;
  #process: ChildProcess | undefined;
  /** Resolves once the server has ended. */
  #exit: Promise<void> = Promise.resolve();

  constructor(options: MinioOptions) {
    this.#options = options;
  }

  async start(): Promise<MinioFacts> {
    if (this.#running() !== undefined) throw new Error('the server runs already');
    const binary = await minioBinary();
    this.#folder ??= await mkdtemp(join(tmpdir(), 'dpone-minio-'));
    await mkdir(join(this.#folder, 'data'), { recursive: true });
    for (let attempt = 1; ; attempt++) {
      const port = this.#port ?? (await freePort());
      try {
        await this.#launch(binary, this.#folder, port);
        this.#port = port;
        return { port };
      } catch (error) {
        if (this.#port !== undefined || attempt === 3) throw error;
      }
    }
  }

  stop(): Promise<void> {
    return this.#end(['SIGTERM']);
  }

  async kill(): Promise<void> {
    const pid = this.#running();
    if (pid === undefined) return;
    await killTree(pid);
    await this.#exit;
  }

  async remove(): Promise<void> {
    await this.kill();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #running(): number | undefined {
    const { pid, exitCode, signalCode } = this.#process ?? {};
    return exitCode === null && signalCode === null ? pid : undefined;
  }

  async #end(signals: readonly NodeJS.Signals[]): Promise<void> {
    for (const signal of signals) {
      const pid = this.#running();
      if (pid === undefined) return;
      this.#process?.kill(signal);
      if (await exited([pid], STOP_SECONDS)) return this.#exit;
    }
    await this.kill();
  }

  async #launch(binary: string, folder: string, port: number): Promise<void> {
    const file = await open(join(folder, 'server.log'), 'a');
    try {
      const { user, password } = this.#options;
      const env = {
        PATH: process.env['PATH'],
        HOME: folder,
        MINIO_ROOT_USER: user,
        MINIO_ROOT_PASSWORD: password,
        MINIO_BROWSER: 'off',
        MINIO_UPDATE: 'off',
        // A folder of this machine's own disk is no place for data to outlive it.
        MINIO_CI_CD: 'on',
      };
      const server = spawn(binary, ['server', '--address', `127.0.0.1:${port}`, join(folder, 'data')], {
        cwd: folder,
        env,
        stdio: ['ignore', file.fd, file.fd],
      });
      this.#process = server;
      this.#exit = new Promise((resolve) => server.once('close', () => resolve()));
      const failed = new Promise<never>((_, reject) => {
        server.once('error', reject);
        server.once('exit', (code, signal) => reject(new Error(`minio ended (${signal ?? code})`)));
      });
      failed.catch(() => {});
      try {
        await Promise.race([ready(port), failed]);
      } catch (error) {
        await this.kill();
        const said = (await readFile(join(folder, 'server.log'), 'utf8')).slice(-4000);
        throw new Error(`MinIO did not start: ${(error as Error).message}\n${said}`, { cause: error });
      }
    } finally {
      await file.close();
    }
  }
}

/** https://min.io/docs/minio/linux/operations/monitoring/healthcheck-probe.html */
async function ready(port: number): Promise<void> {
  const deadline = Date.now() + START_SECONDS * 1000;
  while (Date.now() < deadline) {
    const ok = await fetch(`http://127.0.0.1:${port}/minio/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    await sleep(50);
  }
  throw new Error(`not ready after ${START_SECONDS} s`);
}

export const createService = (options: unknown): Service => new MinioProcess(options as MinioOptions);
