import { execFileSync, type ChildProcess } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freshDatabase,
  givenPostgres,
  serverUser,
  startPostgres,
  startProxy,
  type FreshDatabase,
} from '@dpone/test-services';
import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { untilStopped } from '../support/process-state.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { query } from './postgres-shop.js';

const RUN = ['run', 'big.yml', '--format', 'json'];
const ROWS = 200_000;

/** A source that takes a moment to copy, and a target with a row that must survive a load that fails. */
const TABLES = `CREATE SCHEMA shop; CREATE SCHEMA mart;
  CREATE TABLE shop.big AS SELECT i AS id, md5(i::text) AS note, repeat('x', 80) AS pad FROM generate_series(1, ${ROWS}) AS i;
  CREATE TABLE mart.big (id int PRIMARY KEY, note text, pad text); INSERT INTO mart.big VALUES (-1, 'old', 'old')`;

const manifest = (source: string, target: string, options: string = '', strategy = 'mode: full_refresh'): string => `
name: big
source: {type: postgres, connection: "${source}", table: shop.big}
sink: {type: postgres, connection: "${target}", table: mart.big, options: {${options}}, strategy: {${strategy}}}
engine: {parallel: 1}
`;

const through = (uri: string, port: number): string => {
  const url = new URL(uri);
  url.port = String(port);
  return url.href;
};

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** The only error of a run that failed with exit code 3. */
function failureOf(result: CliResult): Failure {
  expect(result.code, result.stdout + result.stderr).to.equal(3);
  const document = JSON.parse(result.stdout) as { result?: { errors: Failure[] }; error?: Failure };
  return document.error ?? document.result!.errors[0]!;
}

async function expectUntouched(uri: string): Promise<void> {
  expect(await query(uri, 'SELECT id, note FROM mart.big')).to.deep.equal([{ id: '-1', note: 'old' }]);
}

/** The next run, by the straight way, is right and leaves nothing behind. */
async function expectNextRunRight(project: TempProject, uri: string): Promise<void> {
  project.write('big.yml', manifest(uri, uri));
  const next = await dpone(RUN, { cwd: project.path });
  expect(next.code, next.stdout + next.stderr).to.equal(0);
  const [row] = await query(uri, 'SELECT count(*) AS rows, count(DISTINCT id) AS keys FROM mart.big');
  expect(row).to.deep.equal({ rows: String(ROWS), keys: String(ROWS) });
  const left = await query(uri, "SELECT relname FROM pg_class WHERE starts_with(relname, '__dpone__stg')");
  expect(left, 'staging left behind').to.deep.equal([]);
}

describe('a load into Postgres when something breaks', function () {
  this.timeout(90_000);
  let db: FreshDatabase;
  let project: TempProject;
  beforeEach(async () => {
    db = await freshDatabase();
    await query(db.uri, TABLES);
    project = tempProject({ 'big.yml': manifest(db.uri, db.uri) });
  });
  afterEach(async () => {
    project.remove();
    await db.drop();
  });

  for (const side of ['source', 'target'] as const)
    it(`the ${side}'s connection is cut in the middle of the data`, async () => {
      await using proxy = await startProxy(db.server);
      const cut = through(db.uri, proxy.port);
      project.write('big.yml', side === 'source' ? manifest(cut, db.uri) : manifest(db.uri, cut));
      proxy.cutAfter(3_000_000, side === 'source' ? 'to-client' : 'to-server');
      const failure = failureOf(await dpone(RUN, { cwd: project.path }));
      expect(proxy.cuts, 'the cut came').to.be.greaterThan(0);
      expect(failure.code).to.be.oneOf([
        'DPONE_CONNECTION_FAILED',
        'DPONE_SOURCE_READ',
        'DPONE_SINK_WRITE',
        'DPONE_FENCED',
      ]);
      await expectUntouched(db.uri);
      await expectNextRunRight(project, db.uri);
    });

  it('the target is cut off before the commit', async () => {
    await using proxy = await startProxy(db.server);
    project.write('big.yml', manifest(db.uri, through(db.uri, proxy.port)));
    let child: ChildProcess | undefined;
    const run = dpone(RUN, {
      cwd: project.path,
      env: { DPONE_FAULT_AT: 'finalize.receipted:1:SIGSTOP' },
      onStart: (started) => (child = started),
    });
    await untilStopped(() => child?.pid ?? 0);
    proxy.cut();
    child!.kill('SIGCONT');
    failureOf(await run);
    await expectUntouched(db.uri);
    await expectNextRunRight(project, db.uri);
  });

  it('the answer to the commit never comes: the receipt decides', async () => {
    await using proxy = await startProxy(db.server);
    project.write('big.yml', manifest(db.uri, through(db.uri, proxy.port)));
    let child: ChildProcess | undefined;
    const run = dpone(RUN, {
      cwd: project.path,
      env: { DPONE_FAULT_AT: 'finalize.receipted:1:SIGSTOP' },
      onStart: (started) => (child = started),
    });
    await untilStopped(() => child?.pid ?? 0);
    proxy.cutAfter(1, 'to-client');
    child!.kill('SIGCONT');
    const result = await run;
    const [row] = await query(db.uri, 'SELECT count(*) AS receipts FROM mart.__dpone__loads');
    const [rows] = await query(db.uri, 'SELECT count(*) AS rows FROM mart.big');
    // Committed or not: what is said is what is there.
    if (row!['receipts'] === '1') {
      expect(rows!['rows']).to.equal(String(ROWS));
      expect(result.code, result.stdout).to.be.oneOf([0, 3]);
    } else {
      expect(result.code, result.stdout).to.equal(3);
      await expectUntouched(db.uri);
    }
    await expectNextRunRight(project, db.uri);
  });

  it('a worker whose lock was lost cannot commit after another took over', async () => {
    let child: ChildProcess | undefined;
    const paused = dpone(RUN, {
      cwd: project.path,
      env: { DPONE_FAULT_AT: 'stage.checked:1:SIGSTOP' },
      onStart: (started) => (child = started),
    });
    await untilStopped(() => child?.pid ?? 0);
    await query(
      db.uri,
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    const other = tempProject({ 'big.yml': manifest(db.uri, db.uri) });
    try {
      const second = await dpone(RUN, { cwd: other.path });
      expect(second.code, second.stdout + second.stderr).to.equal(0);
      child!.kill('SIGCONT');
      const first = failureOf(await paused);
      expect(first.code).to.equal('DPONE_FENCED');
      const [row] = await query(db.uri, 'SELECT count(*) AS loads FROM mart.__dpone__loads');
      expect(row).to.deep.equal({ loads: '1' });
    } finally {
      other.remove();
    }
  });

  it('a swap that cannot get its lock in time changes nothing', async () => {
    project.write('big.yml', manifest(db.uri, db.uri, 'lock_timeout_ms: 300'));
    let stop = (): void => {};
    const reader = query(db.uri, 'BEGIN; SELECT count(*) FROM mart.big; SELECT pg_sleep(20); COMMIT').catch(() => {});
    stop = () =>
      void query(
        db.uri,
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()",
      );
    try {
      const failure = failureOf(await dpone(RUN, { cwd: project.path }));
      expect(failure.message).to.match(/lock/i);
      await expectUntouched(db.uri);
    } finally {
      stop();
      await reader;
    }
    await expectNextRunRight(project, db.uri);
  });

  it('a statement that runs too long changes nothing', async () => {
    project.write('big.yml', manifest(db.uri, db.uri, 'statement_timeout_ms: 20'));
    const failure = failureOf(await dpone(RUN, { cwd: project.path }));
    expect(failure.message).to.match(/time/i);
    await expectUntouched(db.uri);
    await expectNextRunRight(project, db.uri);
  });

  it('a target that may not be written is refused, and check says so before', async () => {
    const role = `reader_${process.pid}`;
    await query(
      db.uri,
      `CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA mart, shop TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA mart, shop TO ${role}`,
    );
    const uri = new URL(db.uri);
    uri.username = role;
    try {
      project.write('big.yml', manifest(db.uri, uri.href));
      const check = await dpone(['check', 'big.yml'], { cwd: project.path });
      expect(check.code, check.stdout).to.not.equal(0);
      expect(check.stdout + check.stderr).to.contain('GRANT');
      const failure = failureOf(await dpone(RUN, { cwd: project.path }));
      expect(failure.code).to.equal('DPONE_PRIVILEGE_MISSING');
      await expectUntouched(db.uri);
      await query(
        db.uri,
        `ALTER ROLE ${role} SET default_transaction_read_only = on; GRANT ALL ON SCHEMA mart TO ${role}; GRANT ALL ON mart.big TO ${role}`,
      );
      const readOnly = failureOf(await dpone(RUN, { cwd: project.path }));
      expect(readOnly.code).to.equal('DPONE_TARGET_READ_ONLY');
      const again = await dpone(['check', 'big.yml'], { cwd: project.path });
      expect(again.stdout + again.stderr).to.contain('read-only');
    } finally {
      await query(db.uri, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  for (const step of ['stage.created', 'finalize.changed'])
    it(`Ctrl-C at ${step} ends the load and what the server does for it`, async () => {
      let child: ChildProcess | undefined;
      const run = dpone(RUN, {
        cwd: project.path,
        env: { DPONE_FAULT_AT: `${step}:1:SIGSTOP` },
        onStart: (started) => (child = started),
      });
      await untilStopped(() => child?.pid ?? 0);
      child!.kill('SIGINT');
      child!.kill('SIGCONT');
      const result = await run;
      expect(result.code, result.stdout + result.stderr).to.not.equal(0);
      await expectUntouched(db.uri);
      const ours = await query(
        db.uri,
        "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dpone'",
      );
      expect(ours).to.deep.equal([]);
      await expectNextRunRight(project, db.uri);
    });

  it('a disk that is full fails the load, and the next run with space is right', async function () {
    const user = await serverUser();
    if (givenPostgres() !== undefined || user === undefined) this.skip();
    const disk = mkdtempSync(join(tmpdir(), 'dpone-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=12m,uid=${user.uid},gid=${user.gid}`, 'tmpfs', disk]);
    } catch {
      this.test!.title += ' (skipped: this user may not mount a small file system)';
      rmSync(disk, { recursive: true });
      this.skip();
    }
    try {
      await using server = await startPostgres();
      mkdirSync(join(disk, 'space'));
      chownSync(join(disk, 'space'), user.uid, user.gid);
      await server.createDatabase('shop');
      const uri = server.uri('shop');
      await query(uri, TABLES);
      await query(uri, `CREATE TABLESPACE small LOCATION '${join(disk, 'space')}'`);
      await query(uri, "ALTER DATABASE shop SET default_tablespace = 'small'");
      project.write('big.yml', manifest(uri, uri));
      const failure = failureOf(await dpone(RUN, { cwd: project.path }));
      expect(failure.code).to.equal('DPONE_DISK_FULL');
      await expectUntouched(uri);
      await query(uri, "ALTER DATABASE shop SET default_tablespace = ''");
      await expectNextRunRight(project, uri);
    } finally {
      execFileSync('umount', ['-l', disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  });

  for (const how of ['restart', 'kill'] as const)
    it(`the server is gone (${how}) in the middle of a load and comes back`, async function () {
      if (givenPostgres() !== undefined) this.skip();
      await using server = await startPostgres();
      await server.createDatabase('shop');
      const uri = server.uri('shop');
      await query(uri, TABLES);
      project.write('big.yml', manifest(uri, uri));
      let child: ChildProcess | undefined;
      const run = dpone(RUN, {
        cwd: project.path,
        env: { DPONE_FAULT_AT: 'stage.written:1:SIGSTOP' },
        onStart: (started) => (child = started),
      });
      await untilStopped(() => child?.pid ?? 0);
      if (how === 'kill') await server.kill();
      await server.restart();
      child!.kill('SIGCONT');
      // Nobody took the target over meanwhile, so the worker may also go on: what is said is what is there.
      const result = await run;
      if (result.code !== 0) {
        failureOf(result);
        await expectUntouched(uri);
      } else expect(await query(uri, 'SELECT count(*) AS rows FROM mart.big')).to.deep.equal([{ rows: String(ROWS) }]);
      await expectNextRunRight(project, uri);
    });

  it('staging that a crash of the server emptied is merged by nobody', async function () {
    if (givenPostgres() !== undefined) this.skip();
    await using server = await startPostgres();
    await server.createDatabase('shop');
    const uri = server.uri('shop');
    await query(uri, TABLES);
    project.write('big.yml', manifest(uri, uri, '', 'mode: incremental_merge, unique_key: id'));
    let child: ChildProcess | undefined;
    const run = dpone(RUN, {
      cwd: project.path,
      env: { DPONE_FAULT_AT: 'stage.checked:1:SIGSTOP' },
      onStart: (started) => (child = started),
    });
    await untilStopped(() => child?.pid ?? 0);
    const staged = "SELECT count(*) AS tables FROM pg_class WHERE relname ~ '^__dpone__stg' AND relpersistence = 'u'";
    expect(await query(uri, staged)).to.deep.equal([{ tables: '2' }]);
    await server.kill();
    await server.restart();
    child!.kill('SIGCONT');
    failureOf(await run);
    await expectUntouched(uri);
    const next = await dpone(RUN, { cwd: project.path });
    expect(next.code, next.stdout + next.stderr).to.equal(0);
    expect(await query(uri, 'SELECT count(*) AS rows FROM mart.big')).to.deep.equal([{ rows: String(ROWS + 1) }]);
  });
});
