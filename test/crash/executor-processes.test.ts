import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { alive, childrenOf, until } from '../support/process-state.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { query } from './postgres-shop.js';

const RUN = ['run', 'big.yml', '--format', 'json'];
const ROWS = 50_000;
const PROCESSES = 'engine: {parallel: 3, executor: {type: local, processes: 2}}';

const TABLES = `CREATE SCHEMA shop; CREATE SCHEMA mart;
  CREATE TABLE shop.big AS SELECT i AS id, md5(i::text) AS note FROM generate_series(1, ${ROWS}) AS i; ANALYZE shop.big;
  CREATE TABLE mart.big (id int PRIMARY KEY, note text)`;

/** What both tables hold, by the server's own arithmetic. */
const SAME = `SELECT (SELECT count(*) FROM mart.big) AS rows,
  (SELECT count(*) FROM (SELECT id, note FROM shop.big EXCEPT ALL SELECT id, note FROM mart.big) AS d) AS missing`;

describe('units of work in processes of their own', function () {
  this.timeout(120_000);
  let db: FreshDatabase;
  let project: TempProject;
  beforeEach(async () => {
    db = await freshDatabase();
    await query(db.uri, TABLES);
    project = tempProject({ 'big.yml': manifest({}) });
  });
  afterEach(async () => {
    project.remove();
    await db[Symbol.asyncDispose]();
  });

  const manifest = ({
    source = 'table: shop.big, options: {partitioning: {column: id, num_partitions: 3}}',
    engine = PROCESSES,
    from = 'postgres',
  }): string => `
name: big
source: {type: ${from}, ${from === 'postgres' ? `connection: "${db.uri}", ` : ''}${source}}
sink: {type: postgres, connection: "${db.uri}", table: mart.big, strategy: {mode: incremental_merge, unique_key: id}}
${engine}
`;

  const left = async (): Promise<unknown> =>
    query(db.uri, "SELECT relname FROM pg_class WHERE starts_with(relname, '__dpone__stg')");

  const failure = (result: CliResult): { code: string; message: string } => {
    const said = JSON.parse(result.stdout) as {
      error?: { code: string; message: string };
      result?: { errors: { code: string; message: string }[] };
    };
    return said.error ?? said.result!.errors[0]!;
  };

  it('together read one snapshot, and the load is as one process would make it', async () => {
    const children = new Set<number>();
    let owner = 0;
    const watch = setInterval(() => childrenOf(owner).forEach((pid) => children.add(pid)), 5);
    const result = await dpone(RUN, { cwd: project.path, onStart: (child) => (owner = child.pid!) });
    clearInterval(watch);
    expect(result.code, result.stdout + result.stderr).to.equal(0);
    expect(JSON.parse(result.stdout)).to.nested.include({ 'result.extracted_rows': ROWS });
    expect(children.size, 'processes that were seen').to.equal(3);
    expect(await query(db.uri, SAME)).to.deep.equal([{ rows: String(ROWS), missing: '0' }]);
    expect(await left()).to.deep.equal([]);
  });

  it('a worker that dies (SIGKILL) fails the load, says so, and the next run is right', async () => {
    const killed = await dpone(RUN, { cwd: project.path, env: { DPONE_FAULT_AT: 'stage.unit' } });
    expect(killed.code, killed.stdout).to.equal(3);
    expect(failure(killed)).to.include({ code: 'DPONE_WORKER_DIED' });
    expect(failure(killed).message).to.match(/partition \d of load \w+ ended by SIGKILL/);
    expect(await query(db.uri, 'SELECT count(*) AS n FROM mart.big')).to.deep.equal([{ n: '0' }]);
    expect(await left()).to.deep.equal([]);
    const next = await dpone(RUN, { cwd: project.path });
    expect(next.code, next.stdout).to.equal(0);
    expect(await query(db.uri, SAME)).to.deep.equal([{ rows: String(ROWS), missing: '0' }]);
  });

  it('workers die with the process that began them, however it died', async () => {
    const slow = 'options: {query: "SELECT id, note, pg_sleep(1)::text AS nap FROM shop.big"}';
    project.write('big.yml', manifest({ source: slow }));
    let kill: (() => void) | undefined;
    let owner = 0;
    const run = dpone(RUN, {
      cwd: project.path,
      onStart: (child) => {
        owner = child.pid!;
        kill = () => child.kill('SIGKILL');
      },
    });
    const reading = "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY%pg_sleep%'";
    await until('a worker reads', async () => (await query(db.uri, reading)).length > 0);
    const workers = childrenOf(owner);
    expect(workers).to.have.length(1);
    kill!();
    expect((await run).signal).to.equal('SIGKILL');
    await until('the worker has died', () => !alive(workers[0]!));
  });

  it('an error of a worker is the error of the load', async () => {
    const bad = 'options: {query: "SELECT id, (1 / (id - 77))::text AS note FROM shop.big"}';
    project.write('big.yml', manifest({ source: bad }));
    const result = await dpone(RUN, { cwd: project.path });
    expect(failure(result).code, result.stdout).to.equal('DPONE_SOURCE_READ');
    expect(failure(result).message).to.contain('division by zero');
  });

  it('reads files by what is new, and leaves the state of what the worker read', async () => {
    project.write('data.csv', 'id,note\n1,one\n2,two\n');
    project.write('big.yml', manifest({ from: 'files', source: 'options: {path: data.csv}' }));
    const result = await dpone(RUN, { cwd: project.path });
    expect(result.code, result.stdout + result.stderr).to.equal(0);
    expect(await query(db.uri, 'SELECT id::text AS id, note FROM mart.big ORDER BY 1')).to.deep.equal([
      { id: '1', note: 'one' },
      { id: '2', note: 'two' },
    ]);
    const again = await dpone(RUN, { cwd: project.path });
    expect(JSON.parse(again.stdout)).to.nested.include({ passed: true, 'result.extracted_rows': 0 });
  });

  it('is refused where a source or sink cannot be shared, before anything is read', async () => {
    project.write('big.yml', manifest({ from: 'duckdb', source: 'connection: big.duckdb, table: big' }));
    const source = await dpone(['plan', 'big.yml', '--format', 'json'], { cwd: project.path });
    expect(failure(source), source.stdout).to.deep.include({
      code: 'DPONE_CAPABILITY',
      message: 'the read of a duckdb source cannot be shared by several processes',
    });
    project.write(
      'big.yml',
      `name: big\nsource: {type: postgres, connection: "${db.uri}", table: shop.big}\nsink: {type: duckdb, connection: t.duckdb, table: big}\n${PROCESSES}\n`,
    );
    const duckdb = await dpone(['plan', 'big.yml', '--format', 'json'], { cwd: project.path });
    expect(failure(duckdb).message).to.equal('one process at a time can write into a duckdb sink');
    expect(duckdb.code).to.equal(2);
    project.write('big.yml', manifest({ engine: 'engine: {executor: {type: local, proceses: 2}}' }));
    const misspelled = await dpone(['plan', 'big.yml', '--format', 'json'], { cwd: project.path });
    expect(misspelled.stdout).to.contain('Did you mean \\"processes\\"?');
  });
});
