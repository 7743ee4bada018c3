import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clickhouseBinaries } from './clickhouse-binaries.js';
import { serverConfig, usersConfig } from './clickhouse-config.js';
import { freePort } from './free-port.js';
import { exited, killTree } from './process-tree.js';
import type { Service } from './service.js';

/** Where the server is. */
export interface ClickHouseFacts {
  readonly port: number;
  /** Holds `server.log` and the data. */
  readonly folder: string;
}

const FRONT = fileURLToPath(new URL('./clickhouse-http/main.js', import.meta.url));
const CONFIG = 'config.xml';
const START_SECONDS = 120;
const STOP_SECONDS = 20;

/** One ClickHouse engine with a data folder of its own, behind the HTTP front of `clickhouse-http/`. */
class ClickHouseProcess implements Service {
  #folder: string | undefined;
  #port: number | undefined;
  #process: ChildProcess | undefined;

  async start(): Promise<ClickHouseFacts> {
    if (this.#running() !== undefined) throw new Error('the server runs already');
    const chdb = await clickhouseBinaries();
    this.#folder ??= await mkdtemp(join(tmpdir(), 'dpone-clickhouse-'));
    const folder = this.#folder;
    this.#port ??= await freePort();
    // Pipes of a server that was killed are of no use to the next.
    await rm(join(folder, 'pipes'), { recursive: true, force: true });
    await mkdir(join(folder, 'pipes'), { recursive: true });
    await writeFile(join(folder, CONFIG), serverConfig(join(folder, 'users.xml')));
    await writeFile(join(folder, 'users.xml'), usersConfig());
    // What follows the path are arguments of the engine; it runs in this folder.
    await this.#launch(
      [FRONT, chdb, join(folder, `data?config-file=${CONFIG}`), join(folder, 'pipes'), `${this.#port}`],
      folder,
    );
    return { port: this.#port, folder };
  }

  async stop(): Promise<void> {
    const pid = this.#running();
    if (pid === undefined) return;
    this.#process?.kill('SIGTERM');
    if (await exited([pid], STOP_SECONDS)) await this.#ended();
    else await this.kill();
  }

  async kill(): Promise<void> {
    const pid = this.#running();
    if (pid === undefined) return;
    await killTree(pid);
    await this.#ended();
  }

  async remove(): Promise<void> {
    await this.kill();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  /** This process may hear of the end a moment after the kernel shows it. */
  async #ended(): Promise<void> {
    const { exitCode, signalCode } = this.#process!;
    if (exitCode === null && signalCode === null) await once(this.#process!, 'exit');
  }

  #running(): number | undefined {
    const { pid, exitCode, signalCode } = this.#process ?? {};
    return exitCode === null && signalCode === null ? pid : undefined;
  }

  async #launch(args: readonly string[], folder: string): Promise<void> {
    const path = join(folder, 'server.log');
    const log = await open(path, 'a', 0o644);
    try {
      // The engine runs a query on a thread of the pool: there must be more of them than queries at once.
      const env = { ...process.env, UV_THREADPOOL_SIZE: '64', TZ: 'UTC' };
      const server = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', log.fd] });
      this.#process = server;
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`not ready after ${START_SECONDS} s`)), START_SECONDS * 1000);
        server.stdout!.once('data', () => resolve(clearTimeout(timer)));
        server.once('error', reject);
        server.once('exit', (code, signal) => reject(new Error(`the server ended (${signal ?? code})`)));
      });
    } catch (error) {
      await this.kill();
      const said = (await readFile(path, 'utf8')).slice(-4000);
      throw new Error(`ClickHouse did not start: ${(error as Error).message}\n${said}`, { cause: error });
    } finally {
      await log.close();
    }
  }
}

export const createService = (): Service => new ClickHouseProcess();
