import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { DuckDBInstance } from '@duckdb/node-api';
import { freshDatabase } from '@dpone/test-services';
import { dpone, type CliResult } from '../support/cli.js';
import { queryDuckdb } from '../support/duckdb.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

const COLUMNS = '[{name: id, type: bigint}, {name: v, type: text}]';
const manifest = (strategy: string, options = ''): string => `
name: orders
source: {type: files, options: {path: "in/*.csv", columns: ${COLUMNS}${options}}}
sink:
  type: duckdb
  connection: shop.duckdb
  table: {schema: main, name: orders}
  strategy: ${strategy}
  options: {keep_backup: true}
`;

describe('dpone ops rollback-execute on real loads', function () {
  this.timeout(60_000);
  let at: TempProject;
  afterEach(() => at.remove());

  const run = (...args: string[]): Promise<CliResult> => dpone(args, { cwd: at.path });
  const load = async (): Promise<string> => {
    const { code, stdout, stderr } = await run('run', 'orders.yml', '--format', 'json');
    expect(code, stdout + stderr).to.equal(0);
    return (JSON.parse(stdout) as { load_id: string }).load_id;
  };
  const undo = async (loadId: string, ...more: string[]): Promise<CliResult & { report: Record<string, unknown> }> => {
    const flags = ['--sink', 'duckdb', '--target', 'main.orders', '--load-id', loadId, '--manifest', 'orders.yml'];
    const result = await run('ops', 'rollback-execute', ...flags, '--format', 'json', ...more);
    const report = result.code === 2 ? {} : (JSON.parse(result.stdout) as Record<string, unknown>);
    return { ...result, report };
  };
  const rows = (): Promise<Record<string, unknown>[]> =>
    queryDuckdb(at.file('shop.duckdb'), 'SELECT id, v FROM orders ORDER BY id');
  const execute = async (...statements: string[]): Promise<void> => {
    const instance = await DuckDBInstance.create(at.file('shop.duckdb'));
    const connection = await instance.connect();
    for (const sql of statements) await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
  };

  it('refuses a load that renamed or dropped a column, before anything is tried', async () => {
    at = tempProject({ 'in/a.csv': 'id,v\n1,a\n', 'orders.yml': manifest('{mode: full_refresh}') });
    await load();
    at.write('in/a.csv', 'id,w\n1,wrong\n');
    const renamed = manifest('{mode: full_refresh}').replace('name: v', 'name: w');
    at.write(
      'orders.yml',
      renamed.replace('{keep_backup: true}', '{keep_backup: true, schema_evolution: {renames: {v: w}}}'),
    );
    const { code, report } = await undo(await load(), '--yes');
    expect([code, report['blockers']]).to.deep.equal([1, ['rollback.column_gone:rename column v to w']]);
    expect(await queryDuckdb(at.file('shop.duckdb'), 'SELECT w FROM orders')).to.deep.equal([{ w: 'wrong' }]);
  });

  it('previews, puts the old table back, keeps the wrong one, and lets the next run go on', async () => {
    at = tempProject({ 'in/a.csv': 'id,v\n1,a\n2,b\n', 'orders.yml': manifest('{mode: full_refresh}') });
    const first = await load();
    at.write('in/a.csv', 'id,v\n1,wrong\n');
    const wrong = await load();

    const preview = await undo(wrong, '--require-backup');
    expect(preview.code).to.equal(0);
    expect(preview.report).to.deep.include({ dry_run: true, applied: false, executed: false, backup_validated: true });
    expect(await rows()).to.eql([{ id: '1', v: 'wrong' }]);

    const done = await undo(wrong, '--yes', '--require-backup');
    expect(done.code, done.stdout + done.stderr).to.equal(0);
    expect(done.report).to.deep.include({ applied: true, executed: true, rows_restored: 2, rows_removed: 1 });
    expect(await rows()).to.eql([
      { id: '1', v: 'a' },
      { id: '2', v: 'b' },
    ]);
    const [kept] = await queryDuckdb(at.file('shop.duckdb'), `SELECT v FROM "orders__dpone_failed_${wrong}"`);
    expect(kept).to.eql({ v: 'wrong' });

    expect((await undo(wrong, '--yes')).report['blockers']).to.eql([
      'rollback.already_rolled_back',
      'rollback.backup_missing',
    ]);
    expect((await undo(first, '--yes')).code).to.equal(1);
    const history = JSON.parse((await run('history', 'orders.yml', '--format', 'json')).stdout) as {
      loads: { strategy: string; detail: { rollback_of?: string } }[];
    };
    expect(history.loads[0]).to.deep.include({ strategy: 'rollback' });
    expect(history.loads[0]!.detail.rollback_of).to.equal(wrong);

    at.write('in/a.csv', 'id,v\n3,right\n');
    await load();
    expect(await rows()).to.eql([{ id: '3', v: 'right' }]);
    expect((await run('ops', 'recovery-plan')).code).to.equal(0);
  });

  it('puts the state back: files that the undone load had taken are taken again', async () => {
    const strategy = '{mode: incremental_append}';
    at = tempProject({
      'in/1.csv': 'id,v\n1,a\n',
      'orders.yml': manifest(strategy, ', incremental_strategy: new_files'),
    });
    await load();
    at.write('in/2.csv', 'id,v\n2,b\n');
    const second = await load();
    expect((await undo(second, '--yes')).report).to.deep.include({ executed: true });
    expect(await rows()).to.eql([{ id: '1', v: 'a' }]);
    at.write('in/3.csv', 'id,v\n3,c\n');
    await load();
    expect((await rows()).map((row) => row['id'])).to.eql(['1', '2', '3']);
  });

  it('keeps keys and indexes of the target: its rows are put back instead of the table', async () => {
    at = tempProject({
      'in/a.csv': 'id,v\n1,a\n2,b\n',
      'orders.yml': manifest('{mode: incremental_merge, unique_key: id}'),
    });
    await load();
    await execute('CREATE INDEX by_v ON orders (v)', "COMMENT ON TABLE orders IS 'ours'");
    at.write('in/a.csv', 'id,v\n2,changed\n3,new\n');
    const wrong = await load();
    const { code, report, stdout, stderr } = await undo(wrong, '--yes');
    expect(code, stdout + stderr).to.equal(0);
    expect(report).to.deep.include({ rows_restored: 2, rows_removed: 3 });
    expect(await rows()).to.eql([
      { id: '1', v: 'a' },
      { id: '2', v: 'b' },
    ]);
    const indexes = await queryDuckdb(at.file('shop.duckdb'), 'SELECT index_name, table_name FROM duckdb_indexes()');
    expect(indexes).to.eql([{ index_name: 'by_v', table_name: 'orders' }]);
    const [own] = await queryDuckdb(
      at.file('shop.duckdb'),
      "SELECT comment FROM duckdb_tables() WHERE table_name = 'orders'",
    );
    expect(own).to.eql({ comment: 'ours' });
  });

  it('does the same in Postgres: rows and state back, the table with its key left in place', async () => {
    const db = await freshDatabase();
    try {
      await db.sql("CREATE TABLE orders (id bigint PRIMARY KEY, v text); INSERT INTO orders VALUES (1, 'a')");
      at = tempProject({
        'in/1.csv': 'id,v\n1,wrong\n2,b\n',
        'orders.yml': manifest('{mode: incremental_merge, unique_key: id}', ', incremental_strategy: new_files')
          .replace('type: duckdb', 'type: postgres')
          .replace('connection: shop.duckdb', `connection: "${db.uri}"`)
          .replace('schema: main', 'schema: public'),
      });
      const loadId = await load();
      const flags = ['--sink', 'postgres', '--target', 'orders', '--load-id', loadId, '--manifest', 'orders.yml'];
      const undone = await run('ops', 'rollback-execute', ...flags, '--yes', '--format', 'json');
      expect(undone.code, undone.stdout + undone.stderr).to.equal(0);
      expect(JSON.parse(undone.stdout)).to.deep.include({ executed: true, rows_restored: 1, rows_removed: 2 });
      expect(await db.sql('SELECT id::text, v FROM orders')).to.eql([{ id: '1', v: 'a' }]);
      at.write('in/1.csv', 'id,v\n2,right\n');
      await load();
      expect(await db.sql('SELECT id::text, v FROM orders ORDER BY id')).to.eql([
        { id: '1', v: 'a' },
        { id: '2', v: 'right' },
      ]);
    } finally {
      await db.drop();
    }
  });

  it('refuses what the manifest does not load, and a manifest that is not there', async () => {
    at = tempProject({ 'in/a.csv': 'id,v\n1,a\n', 'orders.yml': manifest('{mode: full_refresh}') });
    const loadId = await load();
    const flags = ['ops', 'rollback-execute', '--load-id', loadId, '--yes'];
    for (const more of [
      ['--sink', 'duckdb', '--target', 'main.customers', '--manifest', 'orders.yml'],
      ['--sink', 'postgres', '--target', 'main.orders', '--manifest', 'orders.yml'],
      ['--sink', 'duckdb', '--target', 'main.orders', '--manifest', 'none.yml'],
    ]) {
      const result = await run(...flags, ...more);
      expect(result.code, result.stdout + result.stderr).to.equal(2);
      expect(result.stdout).to.equal('');
    }
  });

  it('commits a package that a run left open by the receipt of the target, and only so', async () => {
    at = tempProject({ 'in/a.csv': 'id,v\n1,a\n2,b\n', 'orders.yml': manifest('{mode: full_refresh}') });
    const loadId = await load();
    const path = `.dpone/load-packages/${loadId}.json`;
    const record = JSON.parse(readFileSync(at.file(path), 'utf8')) as Record<string, unknown>;
    // As a kill between the commit and the record leaves it.
    at.write(path, JSON.stringify({ ...record, status: 'staged', rows_loaded: 0 }));
    at.write(`.dpone/load-packages/.open/${loadId}.0123456789abcdef`, '');
    expect((await run('ops', 'recovery-plan')).code).to.equal(1);
    const plan = await run('ops', 'recovery-plan', '--manifest', 'orders.yml', '--format', 'json');
    expect(JSON.parse(plan.stdout)).to.have.nested.property('actions[0].action', 'run_again_the_load_is_in_the_target');
    const commit = (...more: string[]): Promise<CliResult> =>
      run('ops', 'package-commit', '--load-id', loadId, ...more);
    expect((await commit('--rows-loaded', '2')).code).to.equal(1);
    expect((await commit('--rows-loaded', '3', '--manifest', 'orders.yml')).code).to.equal(1);
    expect((await commit('--rows-loaded', '2', '--manifest', 'orders.yml')).code).to.equal(0);
    expect(JSON.parse(readFileSync(at.file(path), 'utf8'))).to.include({ status: 'committed', rows_loaded: 2 });
    expect(readdirSync(at.path).toSorted()).to.eql(['.dpone', 'in', 'orders.yml', 'shop.duckdb']);
  });
});
