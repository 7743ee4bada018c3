import type { ChildProcess } from 'node:child_process';
import {
  clickhouseMissing,
  freshClickHouse,
  givenClickHouse,
  startClickHouse,
  startProxy,
  type ClickHouseServer,
  type FreshClickHouse,
} from '@dpone/test-services';
import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { linkPlugins } from '../support/link-plugin.js';
import { untilStopped } from '../support/process-state.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { expectNothingLeft } from './clickhouse-shop.js';

const RUN = ['run', 'big.yml', '--format', 'json'];
const ROWS = 100_000;

/** A source that takes a moment to read, and a target with a row that must survive a load that fails. */
const TABLES = [
  'CREATE TABLE source (id UInt64, note String) ENGINE = MergeTree ORDER BY id',
  `INSERT INTO source SELECT number, hex(SHA256(toString(number))) FROM numbers(${ROWS})`,
  'CREATE TABLE big (id UInt64, note String) ENGINE = MergeTree ORDER BY id',
  "INSERT INTO big VALUES (1000000, 'old')",
];

const manifest = (source: string, target: string, strategy: string = 'mode: full_refresh'): string => `
name: big
source: {type: clickhouse, connection: "${source}", table: source, options: {incremental_column: id}}
sink: {type: clickhouse, connection: "${target}", table: big, options: {lineage: false}, strategy: {${strategy}}}
`;

const at = (uri: string, change: { readonly port?: number; readonly user?: string }): string => {
  const url = new URL(uri);
  if (change.port !== undefined) url.port = String(change.port);
  if (change.user !== undefined) url.username = change.user;
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

const counted = async (db: FreshClickHouse): Promise<{ rows: number; keys: number }> => {
  const [row] = await db.sql<{ rows: string; keys: string }>('SELECT count() AS rows, uniqExact(id) AS keys FROM big');
  return { rows: Number(row!.rows), keys: Number(row!.keys) };
};

async function expectUntouched(db: FreshClickHouse): Promise<void> {
  expect(await db.sql('SELECT toUInt32(id) AS id, note FROM big')).to.deep.equal([{ id: 1_000_000, note: 'old' }]);
}

/** The next run, by the straight way, is right and leaves nothing behind. */
async function expectNextRunRight(project: TempProject, db: FreshClickHouse): Promise<void> {
  project.write('big.yml', manifest(db.uri, db.uri));
  const next = await dpone(RUN, { cwd: project.path });
  expect(next.code, next.stdout + next.stderr).to.equal(0);
  expect(await counted(db)).to.deep.equal({ rows: ROWS, keys: ROWS });
  await expectNothingLeft(db);
}

const paused = new Set<ChildProcess>();

interface Paused {
  readonly done: Promise<CliResult>;
  readonly goOn: () => void;
}

/** Starts a run that stops (SIGSTOP) at a step of the protocol. */
async function pausedAt(project: TempProject, step: string): Promise<Paused> {
  let child: ChildProcess | undefined;
  const done = dpone(RUN, {
    cwd: project.path,
    env: { DPONE_FAULT_AT: `${step}:1:SIGSTOP` },
    onStart: (started) => void paused.add((child = started)),
  });
  await untilStopped(() => child?.pid ?? 0);
  return { done, goOn: () => child!.kill('SIGCONT') };
}

/** Said and done must be one: a run that says it failed has left the target alone, or the next one finishes it. */
async function expectTrue(result: CliResult, db: FreshClickHouse): Promise<void> {
  if (result.code === 0) expect(await counted(db)).to.deep.equal({ rows: ROWS, keys: ROWS });
  else failureOf(result);
}

describe('a load into ClickHouse when something breaks', function () {
  this.timeout(120_000);
  let project: TempProject;
  let db: FreshClickHouse;
  before(async function () {
    this.timeout(600_000);
    const missing = await clickhouseMissing();
    if (missing === undefined) return;
    process.stderr.write(`no ClickHouse here, its faults are not tested: ${missing}\n`);
    this.skip();
  });

  // A test that failed may have left one.
  afterEach(() => {
    for (const child of paused) child.kill('SIGKILL');
    paused.clear();
  });

  async function prepare(server?: ClickHouseServer): Promise<void> {
    db = await freshClickHouse(server === undefined ? {} : { server });
    for (const sql of TABLES) await db.sql(sql);
    project = tempProject({ 'big.yml': manifest(db.uri, db.uri) });
    linkPlugins(project, 'connector-clickhouse');
  }

  describe('on the way to the server', () => {
    beforeEach(() => prepare());
    afterEach(async () => {
      project.remove();
      await db.drop();
    });

    for (const side of ['source', 'target'] as const)
      it(`the ${side}'s connection is cut in the middle of the data`, async () => {
        await using proxy = await startProxy(db.server);
        const cut = at(db.uri, { port: proxy.port });
        project.write('big.yml', side === 'source' ? manifest(cut, db.uri) : manifest(db.uri, cut));
        proxy.cutAfter(2_000_000, side === 'source' ? 'to-client' : 'to-server');
        const failure = failureOf(await dpone(RUN, { cwd: project.path }));
        expect(proxy.cuts, 'the cut came').to.be.greaterThan(0);
        expect(failure.code).to.be.oneOf(['DPONE_CONNECTION_FAILED', 'DPONE_SOURCE_READ', 'DPONE_SINK_WRITE']);
        await expectUntouched(db);
        await expectNextRunRight(project, db);
      });

    it('the answer to the exchange never comes: the tables decide', async () => {
      await using proxy = await startProxy(db.server);
      project.write('big.yml', manifest(db.uri, at(db.uri, { port: proxy.port })));
      const { done, goOn } = await pausedAt(project, 'finalize.receipted');
      // Of what follows, some answers come and the one that is cut is that of the exchange or next to it.
      proxy.cutAfter(900, 'to-client');
      goOn();
      const result = await done;
      expect(proxy.cuts, 'the cut came').to.be.greaterThan(0);
      await expectTrue(result, db);
      await expectNextRunRight(project, db);
    });

    it('a user who may only read is told by check what is missing, and changes nothing', async () => {
      if (givenClickHouse() !== undefined) return;
      project.write('big.yml', manifest(db.uri, at(db.uri, { user: 'reader' })));
      const check = await dpone(['check', 'big.yml'], { cwd: project.path });
      expect(check.code, check.stdout).to.not.equal(0);
      const said = (check.stdout + check.stderr).replaceAll(/\s+/g, ' ');
      expect(said).to.contain('GRANT INSERT, CREATE TABLE, DROP TABLE, ALTER TABLE, TRUNCATE');
      expect(failureOf(await dpone(RUN, { cwd: project.path })).code).to.equal('DPONE_PRIVILEGE_MISSING');
      await expectUntouched(db);
    });

    it('a user with the rights that the guide names loads, and a reader reads', async () => {
      if (givenClickHouse() !== undefined) return;
      const [reader, loader] = [at(db.uri, { user: 'reader' }), at(db.uri, { user: 'loader' })];
      project.write('big.yml', manifest(reader, loader, 'mode: incremental_merge, unique_key: id'));
      const check = await dpone(['check', 'big.yml'], { cwd: project.path });
      expect(check.code, check.stdout).to.equal(0);
      const run = await dpone(RUN, { cwd: project.path });
      expect(run.code, run.stdout + run.stderr).to.equal(0);
      expect(await counted(db)).to.deep.equal({ rows: ROWS + 1, keys: ROWS + 1 });
      await expectNothingLeft(db);
    });

    it('two loads at once: one after the other, each once', async () => {
      project.write('big.yml', manifest(db.uri, db.uri, 'mode: incremental_append'));
      const other = tempProject({ 'big.yml': manifest(db.uri, db.uri, 'mode: incremental_append') });
      linkPlugins(other, 'connector-clickhouse');
      try {
        const results = await Promise.all([dpone(RUN, { cwd: project.path }), dpone(RUN, { cwd: other.path })]);
        for (const result of results) expect(result.code, result.stdout + result.stderr).to.equal(0);
        expect(await counted(db)).to.deep.equal({ rows: ROWS + 1, keys: ROWS + 1 });
        await expectNothingLeft(db);
      } finally {
        other.remove();
      }
    });

    for (const step of ['stage.checked', 'finalize.receipted'])
      it(`a worker that was paused at ${step} while another took over changes nothing`, async () => {
        const { done, goOn } = await pausedAt(project, step);
        // As if it had been silent for long: its lock is given free.
        await db.sql(
          "INSERT INTO __dpone__locks (target, fence, kind, owner, load_id, host, pid) SELECT target, fence, 'free', owner, load_id, host, pid FROM __dpone__locks WHERE kind = 'taken'",
        );
        const other = tempProject({ 'big.yml': manifest(db.uri, db.uri, 'mode: incremental_append') });
        linkPlugins(other, 'connector-clickhouse');
        try {
          const second = await dpone(RUN, { cwd: other.path });
          expect(second.code, second.stdout + second.stderr).to.equal(0);
          goOn();
          expect(failureOf(await done).code).to.equal('DPONE_FENCED');
          expect(await counted(db)).to.deep.equal({ rows: ROWS + 1, keys: ROWS + 1 });
          await expectNothingLeft(db);
        } finally {
          other.remove();
        }
      });

    it('somebody else writes the table meanwhile: it stays as they left it', async () => {
      const { done, goOn } = await pausedAt(project, 'finalize.receipted');
      await db.sql("INSERT INTO big VALUES (1000001, 'theirs')");
      goOn();
      expect(failureOf(await done).code).to.equal('DPONE_SOURCE_CHANGED');
      expect(await counted(db)).to.deep.equal({ rows: 2, keys: 2 });
      await expectNextRunRight(project, db);
    });
  });

  describe('in the server', () => {
    let server: ClickHouseServer | undefined;
    before(async function () {
      if (givenClickHouse() !== undefined) this.skip();
      server = await startClickHouse();
    });
    after(() => server?.stop());
    beforeEach(() => prepare(server));
    afterEach(() => project.remove());

    for (const step of ['stage.written', 'finalize.receipted', 'finalize.committed'])
      it(`the server is killed at ${step} and comes back`, async () => {
        const { done, goOn } = await pausedAt(project, step);
        await server!.kill();
        await server!.restart();
        goOn();
        await expectTrue(await done, db);
        await expectNextRunRight(project, db);
      });

    it('the server is killed in the middle of an insert and stays away: the load fails, the next is right', async () => {
      await using proxy = await startProxy(server!);
      project.write('big.yml', manifest(db.uri, at(db.uri, { port: proxy.port })));
      proxy.cutAfter(2_000_000, 'to-server');
      const run = dpone(RUN, { cwd: project.path });
      while (proxy.cuts === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await server!.kill();
      expect(failureOf(await run).code).to.be.oneOf([
        'DPONE_CONNECTION_FAILED',
        'DPONE_SINK_WRITE',
        'DPONE_SOURCE_READ',
      ]);
      await server!.restart();
      await expectUntouched(db);
      await expectNextRunRight(project, db);
    });
  });
});
