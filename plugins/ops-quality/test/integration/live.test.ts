import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dpone, gate } from '../support/cli.js';
import { json } from '../support/gate.js';

const file = (path: string): string => json({ type: 'files', options: { path } });
const table = json({ type: 'duckdb', connection: 'x.duckdb', table: 'main.orders' });

describe('gates over live sources, through the program', function () {
  this.timeout(60_000);
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'dpone-live-'));
    const lines = Array.from({ length: 3000 }, (_, i) => `${i},name ${i},${i}.50,2026-01-01 00:00:0${i % 10}`);
    await writeFile(join(cwd, 'a.csv'), ['id,name,amount,at', ...lines].join('\n'));
    await writeFile(
      join(cwd, 'b.csv'),
      [
        'at,amount,name,id',
        ...lines.filter((_, i) => i !== 7).map((line) => line.split(',').toReversed().join(',')),
      ].join('\n'),
    );
    await writeFile(join(cwd, 'm.yml'), manifest('decimal(12,2)'));
  });
  afterEach(() => rm(cwd, { recursive: true }));
  const manifest = (amount: string): string => `
name: orders
source: {type: files, options: {path: a.csv}}
sink: {type: duckdb, connection: x.duckdb, table: main.orders, strategy: {unique_key: id}, options: {schema_evolution: {mode: widening}}}
schema_contract: {enforcement: quarantine, columns: {amount: {type: "${amount}"}, id: {type: bigint}}}
`;
  const load = async (): Promise<void> => {
    const { exit, stderr } = await dpone(cwd, 'run', 'm.yml');
    expect(exit, stderr).to.equal(0);
  };

  it('compares two files whose columns stand in another order', async () => {
    const report = await gate(cwd, 'diff', '--source', file('a.csv'), '--target', file('b.csv'), '--key', 'id');
    expect(report).to.include({ exit: 1, missing_in_target_count: 1, mismatch_count: 0, compared_by: 'rows' });
    expect(report['samples']).to.have.nested.property('[0].source.name', 'name 7');
    expect(await readdir(cwd)).to.not.include('.dpone');
  });

  it('compares a file with the table that was loaded from it, which stays where it is', async () => {
    await load();
    const sides = ['--source', file('a.csv'), '--target', table, '--key', 'id'];
    expect(await gate(cwd, 'diff', ...sides)).to.include({ exit: 0, compared_by: 'checksums', rows_read: 3000 });
    const other = json({
      type: 'duckdb',
      connection: 'x.duckdb',
      options: { query: "SELECT * REPLACE (CASE id WHEN 5 THEN 'x' ELSE name END AS name) FROM orders WHERE id <> 9" },
    });
    const report = await gate(cwd, 'reconcile', '--source', table, '--target', other, '--key', 'id');
    expect(report).to.include({
      exit: 1,
      compared_by: 'checksums',
      differing_key_ranges: 2,
      missing_count: 1,
      mismatch_count: 1,
    });
    expect(report['rows_read']).to.be.lessThan(20);
  });

  it('holds a table, a query and a file against a contract', async () => {
    await load();
    const contract = ['--contract-json', json({ unique: ['id'], not_null: ['name'], min_rows: 3000 })];
    expect(await gate(cwd, 'contract-check', '--source', table, ...contract)).to.include({ exit: 0, row_count: 3000 });
    expect(await gate(cwd, 'contract-check', '--source', file('a.csv'), ...contract)).to.include({ exit: 0 });
    const query = json({ type: 'duckdb', connection: 'x.duckdb', options: { query: 'SELECT 1 AS id, NULL AS name' } });
    expect((await gate(cwd, 'contract-check', '--source', query, ...contract))['blockers']).to.eql([
      'not_null.name',
      'min_rows',
    ]);
  });

  it('tells wrong usage from what could not be read', async () => {
    for (const [exit, source] of [
      [2, '{"table": "x"}'],
      [2, '{"type": "duckdb", "tabel": "x", "connection": "x.duckdb"}'],
      [3, file('none.csv')],
    ] as const)
      expect(
        (await dpone(cwd, 'ops', 'diff', '--source', source, '--target', table, '--key', 'id')).exit,
        source,
      ).to.equal(exit);
  });

  it('replays what a load set aside, once, also where the ledger is lost', async () => {
    await writeFile(join(cwd, 'm.yml'), manifest('decimal(5,2)'));
    await load();
    const [run] = await readdir(join(cwd, '.dpone/runs'));
    expect((await gate(cwd, 'quarantine-export', '--run-id', run!))['total_rows']).to.equal(2000);
    await writeFile(join(cwd, 'm.yml'), manifest('decimal(12,2)'));
    const replay = () => gate(cwd, 'quarantine-replay', '--run-id', run!, '--yes');
    const first = await replay();
    expect(first).to.include({ exit: 0, replayed_rows: 2000 });
    expect(first['replays']).to.have.nested.property('[0].load.rows_loaded', 2000);
    expect(await replay()).to.include({ exit: 0, replayed_rows: 0, replayed_before: 2000 });
    await rm(join(cwd, String(first['ledger'])));
    expect((await replay())['replays']).to.have.nested.property('[0].load.rows_loaded', 0);
    expect(await gate(cwd, 'diff', '--source', file('a.csv'), '--target', table, '--key', 'id')).to.include({
      exit: 0,
    });
    const written = await readFile(join(cwd, '.dpone/quarantine', `${run}.jsonl`), 'utf8');
    expect(written.trimEnd().split('\n')).to.have.length(2000);
  });
});
