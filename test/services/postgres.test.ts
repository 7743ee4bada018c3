import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freshDatabase, givenPostgres, postgresMajors, sharedPostgres, startPostgres } from '@dpone/test-services';
import { expect } from 'chai';
import pg from 'pg';

const MODULE = import.meta.resolve('@dpone/test-services');

/** Waits for what a process does after another has ended; the test's own timeout ends a wait in vain. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

/** Whether nobody listens on a port of this machine. */
async function refusesConnections(port: number): Promise<boolean> {
  const socket: Socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}

interface Started {
  readonly port: number;
  readonly socketDir: string;
}

/** A process that starts a server, writes where it is, and then runs `rest`. */
async function startedElsewhere(rest: string, module = MODULE): Promise<{ child: ChildProcess; server: Started }> {
  const script = `
    import { startPostgres } from ${JSON.stringify(module)};
    const { port, socketDir } = await startPostgres();
    process.stdout.write(JSON.stringify({ port, socketDir }) + '\\n');
    ${rest}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the process ended before its server ran');
  });
  const [line] = await Promise.race([once(child.stdout, 'data') as Promise<[Buffer]>, ended]);
  return { child, server: JSON.parse(line.toString()) as Started };
}

const gone = ({ port, socketDir }: Started): Promise<void> =>
  until(async () => !existsSync(socketDir) && (await refusesConnections(port)));

describe('services: Postgres', function () {
  this.timeout(60_000);

  before(function () {
    if (givenPostgres() === undefined) return;
    Object.assign(this.runnable().parent!, { skipReason: 'DPONE_TEST_POSTGRES_URL gives a server' });
    this.skip();
  });

  it('the majors are the oldest and the newest that dpone supports', async () => {
    expect(await postgresMajors()).to.eql([13, 18]);
  });

  for (const major of [13, 18] as const) {
    it(`starts ${major} with what tests need, stops it, and leaves nothing`, async () => {
      const server = await startPostgres({ major });
      const settings = await server.sql(
        `select name, setting from pg_settings
         where name in ('fsync', 'max_prepared_transactions', 'max_replication_slots', 'shared_buffers', 'wal_level')
         order by name`,
      );
      expect(settings.map(({ name, setting }) => `${String(name)}=${String(setting)}`)).to.eql([
        'fsync=off',
        'max_prepared_transactions=0',
        'max_replication_slots=10',
        'shared_buffers=8192',
        'wal_level=logical',
      ]);
      const [version] = await server.sql<{ n: string }>("select current_setting('server_version_num') as n");
      expect(Math.floor(Number(version!.n) / 10_000)).to.equal(major);
      expect(server).to.include({ major, host: '127.0.0.1', user: 'postgres', given: false });
      await server.stop();
      expect(await refusesConnections(server.port)).to.equal(true);
      expect(existsSync(server.socketDir!)).to.equal(false);
    });

    it(`restarts ${major} with its port and data, also after a kill in the middle of a statement`, async () => {
      await using server = await startPostgres({ major });
      await server.sql('create table t (a int)');
      await server.sql('insert into t values (1)');
      await server.restart();
      const sleeping = server.sql('begin; insert into t values (2); select pg_sleep(600)').then(
        () => 'answered',
        () => 'broken',
      );
      await until(async () => {
        const rows = await server.sql("select 1 from pg_stat_activity where wait_event = 'PgSleep'");
        return rows.length === 1;
      });
      await server.kill();
      expect(await sleeping).to.equal('broken');
      expect(await refusesConnections(server.port)).to.equal(true);
      await server.restart();
      expect(await server.sql('select a from t')).to.eql([{ a: 1 }]);
      expect(await server.log()).to.include('was not properly shut down');
    });

    it(`gives each test a database of ${major} on one server, and drops it with its slot and its clients`, async () => {
      const one = await freshDatabase({ major });
      const two = await freshDatabase({ major });
      expect(two.server).to.equal(one.server);
      expect(await sharedPostgres(major)).to.equal(one.server);
      await one.sql('create table t (a int)');
      expect(await two.sql("select to_regclass('t') as t")).to.eql([{ t: null }]);
      const slot = `slot_${one.name}`;
      await one.sql(`select pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
      const sleeping = one.sql('select pg_sleep(600)').then(
        () => 'answered',
        () => 'broken',
      );
      await one.drop();
      expect(await sleeping).to.equal('broken');
      await two.drop();
      const left = `select datname::text as name from pg_database where datname in ('${one.name}', '${two.name}')
                    union all select slot_name from pg_replication_slots where slot_name = '${slot}'`;
      expect(await one.server.sql(left)).to.eql([]);
    });
  }

  it('takes settings and files of the test, and serves by its socket what they refuse by TCP', async () => {
    await using server = await startPostgres({
      settings: { work_mem: '7MB', 'dpone.note': "it's" },
      files: { 'pg_hba.conf': 'local all all trust\nhost all all all reject\n' },
    });
    expect(await server.sql(`select current_setting('work_mem') as m, current_setting('dpone.note') as n`)).to.eql([
      { m: '7MB', n: "it's" },
    ]);
    const client = new pg.Client({ connectionString: server.uri() });
    const error = await client.connect().then(
      () => undefined,
      (e: unknown) => e as { readonly code?: string },
    );
    expect(error?.code).to.equal('28000');
  });

  it('a server that does not start says what it logged, and leaves nothing', async () => {
    const error = await startPostgres({ settings: { wal_level: 'everything' } }).then(
      () => undefined,
      (e: unknown) => (e as Error).message,
    );
    expect(error).to.match(
      /Postgres 18 did not start: postgres ended \(1\)[^]*invalid value for parameter "wal_level"/,
    );
  });

  it('ends with a test process that was killed', async () => {
    const { child, server } = await startedElsewhere('setInterval(() => {}, 1000);');
    expect(await refusesConnections(server.port)).to.equal(false);
    child.kill('SIGKILL');
    await gone(server);
  });

  it('ends with a test process that forgot it, and does not keep that process', async () => {
    const { child, server } = await startedElsewhere('');
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).to.equal(0);
    await gone(server);
  });

  it('runs from a folder that only its owner may look into', async function () {
    if (process.getuid?.() !== 0) {
      Object.assign(this.test!, { skipReason: 'not root: the server runs as the same user' });
      this.skip();
    }
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    const { dependencies } = JSON.parse(readFileSync(join(root, 'test/services/package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const folder = mkdtempSync(join(tmpdir(), 'dpone-closed-'));
    try {
      const binaries = `postgres-18-${process.platform}-${process.arch}`;
      for (const path of ['test/services/package.json', 'test/services/dist'])
        cpSync(join(root, path), join(folder, path), { recursive: true });
      cpSync(join(root, 'node_modules', binaries), join(folder, 'node_modules', binaries), {
        recursive: true,
        verbatimSymlinks: true,
      });
      for (const name of Object.keys(dependencies)) {
        mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
        symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
      }
      const { child, server } = await startedElsewhere('', `file://${folder}/test/services/dist/index.js`);
      expect(existsSync(join(server.socketDir, 'native/bin/postgres'))).to.equal(true);
      child.kill('SIGKILL');
      await gone(server);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
