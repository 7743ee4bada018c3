import { spawn, type ChildProcess } from 'node:child_process';
import { appendFile, chmod, chown, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { postgresBinaries } from './postgres-binaries.js';
import type { PostgresMajor } from './postgres-server.js';
import { exited, killTree } from './process-tree.js';
import { runAs, serverUser, type ServerUser } from './server-user.js';
import type { Service } from './service.js';

/** What a test asks for. */
export interface PostmasterOptions {
  readonly major: PostgresMajor;
  readonly user: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** Where the server is. */
export interface PostmasterFacts {
  readonly port: number;
  /** Holds the Unix socket, `server.log` and `data/`. */
  readonly folder: string;
}

interface Prepared {
  readonly folder: string;
  readonly data: string;
  readonly log: string;
  readonly binaries: string;
  readonly user: ServerUser | undefined;
}

// Waits are bounds on a broken server, not on a slow one.
const START_SECONDS = 120;
const STOP_SECONDS = 20;

/**
 * For tests: nothing has to outlive the machine, a process that is killed loses nothing without fsync either; what
 * a killed server leaves lies in its folder; the same on every machine.
 * https://www.postgresql.org/docs/current/runtime-config.html
 */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  dynamic_shared_memory_type: 'mmap',
  wal_level: 'logical',
  max_wal_senders: '10',
  max_replication_slots: '10',
  max_prepared_transactions: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** The environment without what Postgres reads from it: PGPORT, PGDATA, PGOPTIONS and the like. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries([...Object.entries(process.env).filter(([name]) => !/^PG[A-Z]/.test(name)), ['LC_ALL', 'C']]);

/** Values of `postgresql.conf`; a later line wins. */
const configuration = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('');

/** One Postgres server with a data folder of its own. */
export class Postmaster implements Service {
  readonly #options: PostmasterOptions;
  #prepared: Prepared | undefined;
  #folder: string | undefined;
  #port: number | undefined;
  #process: ChildProcess | undefined;
  /** Resolves once the postmaster has ended. */
  #exit: Promise<void> = Promise.resolve();

  constructor(options: PostmasterOptions) {
    this.#options = options;
  }

  async start(): Promise<PostmasterFacts> {
    if (this.#running() !== undefined) throw new Error('the server runs already');
    this.#prepared ??= await this.#prepare();
    const { folder, data } = this.#prepared;
    if (this.#port !== undefined) {
      await this.#launch(this.#prepared);
      return { port: this.#port, folder };
    }
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      await appendFile(join(data, 'postgresql.conf'), configuration({ port: `${port}` }));
      try {
        await this.#launch(this.#prepared);
        this.#port = port;
        return { port, folder };
      } catch (error) {
        if (attempt === 5 || !/Address already in use/.test((error as Error).message)) throw error;
      }
    }
  }

  async stop(): Promise<void> {
    // Fast shutdown; a replication client that confirms nothing would hold it up, so then the immediate one.
    // https://www.postgresql.org/docs/current/server-shutdown.html
    await this.#end(['SIGINT', 'SIGQUIT']);
  }

  async kill(): Promise<void> {
    const pid = this.#running();
    if (pid === undefined) return;
    await killTree(pid);
    await this.#exit;
  }

  async remove(): Promise<void> {
    await this.#end(['SIGQUIT']);
    if (this.#prepared !== undefined) await this.#removeSharedMemory(this.#prepared);
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

  async #prepare(): Promise<Prepared> {
    const { major, settings, files } = this.#options;
    const user = await serverUser();
    this.#folder ??= await mkdtemp(join(tmpdir(), `dpone-postgres-${major}-`));
    const folder = this.#folder;
    // Clients of any user reach the socket, as they reach the port.
    await chmod(folder, 0o755);
    if (user !== undefined) await chown(folder, user.uid, user.gid);
    const data = join(folder, 'data');
    const binaries = await postgresBinaries(major, user, folder);
    const args = ['-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C', '-U', this.#options.user, '-D', data];
    await runAs(user, join(binaries, 'initdb'), args, { cwd: folder, env: environment() });
    const own = { ...SETTINGS, unix_socket_directories: folder, ...settings };
    await appendFile(join(data, 'postgresql.conf'), configuration(own));
    for (const [name, text] of Object.entries(files)) {
      // The server refuses a private key that others may read.
      await writeFile(join(data, name), text, { mode: 0o600 });
      if (user !== undefined) await chown(join(data, name), user.uid, user.gid);
    }
    return { folder, data, log: join(folder, 'server.log'), binaries, user };
  }

  /** Starts the postmaster and waits until it says that it is ready. */
  async #launch({ folder, data, log, binaries, user }: Prepared): Promise<void> {
    const file = await open(log, 'a', 0o644);
    try {
      const from = (await file.stat()).size;
      const server = spawn(join(binaries, 'postgres'), ['-D', data], {
        ...user,
        cwd: folder,
        env: environment(),
        stdio: ['ignore', file.fd, file.fd],
      });
      this.#process = server;
      this.#exit = new Promise((resolve) => server.once('close', () => resolve()));
      const failed = new Promise<never>((_, reject) => {
        server.once('error', reject);
        server.once('exit', (code, signal) => reject(new Error(`postgres ended (${signal ?? code})`)));
      });
      try {
        await Promise.race([this.#ready(data, server), failed]);
      } catch (error) {
        await this.kill();
        const said = (await readFile(log)).subarray(from).toString('utf8').slice(-4000);
        throw new Error(`Postgres ${this.#options.major} did not start: ${(error as Error).message}\n${said}`, {
          cause: error,
        });
      }
    } finally {
      await file.close();
    }
  }

  /** `postmaster.pid` holds the process on its first line and its state on its eighth, as `pg_ctl` reads it. */
  async #ready(data: string, server: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_SECONDS * 1000;
    while (Date.now() < deadline) {
      const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
      if (Number(lines[0]) === server.pid && lines[7]?.trim() === 'ready') return;
      if (server.exitCode !== null || server.signalCode !== null) return;
      await sleep(20);
    }
    throw new Error(`not ready after ${START_SECONDS} s`);
  }

  /** A server that was killed leaves one small System V segment, which outlives every process; its next start takes it. */
  async #removeSharedMemory({ data }: Prepared): Promise<void> {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    const id = lines[6]?.trim().split(/\s+/)[1];
    // It may be gone, and there may be no such program: nothing of the test depends on it.
    if (id !== undefined) await runAs(undefined, 'ipcrm', ['-m', id]).catch(() => undefined);
  }
}

export const createService = (options: unknown): Service => new Postmaster(options as PostmasterOptions);
