import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Column, FinalizeStep, LaneData } from '@dpone/sdk';
import { duckdbSink } from '../dist/index.js';
import { sinkContext, workspace, type Workspace } from './support/context.js';
import { expectError } from './support/expect-error.js';
import { batch, files, LINEAGE, load, pull } from './support/load.js';
import { execute, query } from './support/query.js';

const COLUMNS: Column[] = [
  { name: 'id', type: { kind: 'int64' }, nullable: true },
  { name: 'name', type: { kind: 'string' }, nullable: true },
];

const rows = (...pairs: [bigint | null, string | null][]): LaneData => ({
  transport: 'rows',
  schema: { columns: COLUMNS },
  batches: batch([pairs.map((p) => p[0]), pairs.map((p) => p[1])]),
});

describe('duckdb sink', () => {
  let space: Workspace;
  beforeEach(async () => {
    space = await workspace();
  });
  afterEach(() => space.remove());

  const run = (loadId: string, data: LaneData, ...steps: FinalizeStep[]) =>
    load(space, { loadId, schema: { columns: COLUMNS }, data, steps });
  const target = (sql = 'SELECT id, name FROM orders ORDER BY ALL') => query(space.path('target.duckdb'), sql);

  for (const by of ['swap', 'truncate_insert'] as const)
    it(`replace_all by ${by} leaves exactly the staged rows and counts them`, async () => {
      const first = await run('L1', rows([1n, 'a'], [2n, 'b']), { op: 'replace_all', by });
      expect(first.result).to.deep.equal({ inserted: 2, updated: 0, deleted: 0, finalRows: 2 });
      const second = await run('L2', rows([3n, 'c']), { op: 'replace_all', by });
      expect(second.result).to.deep.equal({ inserted: 1, updated: 0, deleted: 2, finalRows: 1 });
      expect(await target()).to.deep.equal([['3', 'c']]);
    });

  it('a swap keeps comments and NOT NULL of the table', async () => {
    await execute(
      space.path('target.duckdb'),
      'CREATE TABLE orders (id BIGINT NOT NULL, name VARCHAR)',
      "COMMENT ON TABLE orders IS 'the orders'",
      "COMMENT ON COLUMN orders.name IS 'who'",
    );
    await run('L1', rows([1n, 'a']), { op: 'replace_all', by: 'swap' });
    expect(await target("SELECT comment FROM duckdb_tables() WHERE table_name = 'orders'")).to.deep.equal([
      ['the orders'],
    ]);
    expect(
      await target(
        "SELECT column_name, comment, is_nullable FROM duckdb_columns() WHERE table_name = 'orders' ORDER BY 1",
      ),
    ).to.deep.equal([
      ['id', null, 'false'],
      ['name', 'who', 'true'],
    ]);
    expect(
      await target("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '\\_\\_dpone\\_\\_stg%' ESCAPE '\\'"),
    ).to.deep.equal([]);
  });

  it('a swap that would lose a key, a default or a column fills the table in place instead', async () => {
    await execute(
      space.path('target.duckdb'),
      "CREATE TABLE orders (id BIGINT PRIMARY KEY, name VARCHAR DEFAULT 'none', note VARCHAR)",
      "INSERT INTO orders VALUES (1, 'old', 'n')",
    );
    const { result } = await run('L1', rows([1n, 'a'], [2n, 'b']), { op: 'replace_all', by: 'swap' });
    expect(result).to.deep.equal({ inserted: 2, updated: 0, deleted: 1, finalRows: 2 });
    expect(await target('SELECT id, name, note FROM orders ORDER BY id')).to.deep.equal([
      ['1', 'a', null],
      ['2', 'b', null],
    ]);
    expect(
      await target(
        "SELECT constraint_type FROM duckdb_constraints() WHERE table_name = 'orders' AND constraint_type = 'PRIMARY KEY'",
      ),
    ).to.have.length(1);
  });

  it('append adds; with unlessKey only keys that are not there, NULL being a key like any other', async () => {
    await run('L1', rows([1n, 'a'], [null, 'n']), { op: 'append' });
    const { result } = await run('L2', rows([1n, 'x'], [null, 'y'], [2n, 'b']), { op: 'append', unlessKey: ['id'] });
    expect(result).to.deep.equal({ inserted: 1, updated: 0, deleted: 0, finalRows: 3 });
    expect(await target()).to.deep.equal([
      ['1', 'a'],
      ['2', 'b'],
      [null, 'n'],
    ]);
  });

  for (const by of ['upsert', 'delete_insert'] as const)
    it(`merge by ${by} replaces matched rows and adds the others`, async () => {
      await run('L1', rows([1n, 'a'], [2n, 'b']), { op: 'append' });
      const { result } = await run('L2', rows([2n, 'B'], [3n, 'c']), { op: 'merge', key: ['id'], by });
      expect(result).to.deep.equal({ inserted: 1, updated: 1, deleted: 0, finalRows: 3 });
      expect(await target()).to.deep.equal([
        ['1', 'a'],
        ['2', 'B'],
        ['3', 'c'],
      ]);
    });

  it('merge by upsert keeps what the target alone knows of a row; delete_insert does not', async () => {
    for (const [by, kept] of [
      ['upsert', 'mine'],
      ['delete_insert', null],
    ] as const) {
      await execute(
        space.path('target.duckdb'),
        'CREATE OR REPLACE TABLE orders (id BIGINT, name VARCHAR, note VARCHAR)',
        "INSERT INTO orders VALUES (1, 'a', 'mine')",
      );
      await run(`L-${by}`, rows([1n, 'A'], [2n, 'b']), { op: 'merge', key: ['id'], by });
      expect(await target('SELECT * FROM orders ORDER BY id')).to.deep.equal([
        ['1', 'A', kept],
        ['2', 'b', null],
      ]);
    }
  });

  it('delete, replace_partitions and remove_absent remove what they say and no more', async () => {
    const start = rows([1n, 'a'], [2n, 'a'], [3n, 'b']);
    await run('L1', start, { op: 'append' });
    const deleted = await run(
      'L2',
      rows([9n, 'z']),
      { op: 'delete', where: { op: 'eq', column: 'id', value: 1 } },
      { op: 'append' },
    );
    expect(deleted.result).to.deep.equal({ inserted: 1, updated: 0, deleted: 1, finalRows: 3 });
    await run('L3', rows([7n, 'a']), { op: 'replace_partitions', column: 'name', native: 'auto' });
    expect(await target()).to.deep.equal([
      ['3', 'b'],
      ['7', 'a'],
      ['9', 'z'],
    ]);
    const absent = await run('L4', rows([7n, 'a']), { op: 'remove_absent', key: ['id'], how: 'delete' });
    expect(absent.result).to.deep.equal({ inserted: 0, updated: 0, deleted: 2, finalRows: 1 });
  });

  it('changes the schema and the data in one transaction', async () => {
    await execute(
      space.path('target.duckdb'),
      'CREATE TABLE orders (id INTEGER NOT NULL)',
      'INSERT INTO orders VALUES (1)',
    );
    await load(space, {
      loadId: 'L1',
      schema: { columns: COLUMNS },
      data: rows([null, 'b'], [5_000_000_000n, 'c']),
      changes: [
        { kind: 'add_column', column: COLUMNS[1]! },
        { kind: 'widen_column', column: COLUMNS[0]!, from: { kind: 'int32' } },
        { kind: 'drop_not_null', column: 'id' },
      ],
      steps: [{ op: 'append' }],
    });
    expect(await target()).to.deep.equal([
      ['1', null],
      ['5000000000', 'c'],
      [null, 'b'],
    ]);
  });

  it('fills the framework columns in the same pass, and hashes rows so that NULL and empty text differ', async () => {
    await writeFile(space.path('a.csv'), 'id,name\n1,""\n1,\n');
    const data = await pull(space, files('csv', space.path('a.csv')));
    await load(space, {
      loadId: 'L1',
      schema: data.schema,
      data,
      framework: [...LINEAGE, { name: '__dpone__row_id', type: { kind: 'string' }, nullable: false, value: 'row_id' }],
      steps: [{ op: 'append' }],
    });
    const found = await target('SELECT __dpone__load_id, __dpone__loaded_at, __dpone__row_id FROM orders');
    expect(found.map((r) => r[0])).to.deep.equal(['L1', 'L1']);
    expect(found[0]![1]).to.match(/^2026-01-05 00:00:00/);
    expect(new Set(found.map((r) => r[2])).size).to.equal(2);
    expect(found[0]![2]).to.match(/^[0-9a-f]{64}$/);
  });

  it('loads into a schema that is not there yet, and from staging kept elsewhere', async () => {
    const table = { schema: 'mart', name: 'orders' };
    const sink = await duckdbSink.create({ ...sinkContext(space, table), stagingSchema: 'stg' });
    const lock = await sink.lock({ loadId: 'L1', host: 'h', pid: 1 }, 0);
    const ref = {
      loadId: 'L1',
      runId: 'r',
      process: 'p',
      target: table,
      startedAt: '2026-01-01T00:00:00.000Z',
      fence: lock.fence,
    };
    const staging = await sink.begin(ref, { columns: COLUMNS, framework: [], badRows: 'fail' });
    await staging.stage(rows([1n, 'a']), 0, () => undefined);
    await staging.finalize({
      load: ref,
      columns: COLUMNS,
      changes: [{ kind: 'create_table', schema: { columns: COLUMNS } }],
      steps: [{ op: 'replace_all', by: 'swap' }],
      receipt: {
        loadId: 'L1',
        runId: 'r',
        process: 'p',
        target: 'mart.orders',
        strategy: 's',
        fence: lock.fence,
        rowsStaged: 1,
        rowsRejected: 0,
        startedAt: ref.startedAt,
        detail: null,
      },
      state: null,
    });
    await staging.drop();
    expect((await sink.receipt('L1'))?.finalRows).to.equal(1);
    await lock.release();
    await sink.close();
    expect(await query(space.path('target.duckdb'), 'SELECT * FROM mart.orders')).to.deep.equal([['1', 'a']]);
    expect(
      await query(space.path('target.duckdb'), "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'stg'"),
    ).to.deep.equal([]);
  });

  it('measures every kind of check and sets the rows that break them aside', async () => {
    const sink = await duckdbSink.create(sinkContext(space, { name: 'orders' }));
    const lock = await sink.lock({ loadId: 'L1', host: 'h', pid: 1 }, 0);
    const ref = {
      loadId: 'L1',
      runId: 'r',
      process: 'p',
      target: { name: 'orders' },
      startedAt: '2026-01-01T00:00:00.000Z',
      fence: lock.fence,
    };
    const staging = await sink.begin(ref, { columns: COLUMNS, framework: [], badRows: 'fail' });
    await staging.stage(rows([1n, 'a'], [1n, 'b'], [null, 'c'], [null, 'd'], [4n, null]), 0, () => undefined);
    const measured = await staging.measure([
      { id: 'nn', on: 'fail', kind: 'not_null', column: 'id' },
      { id: 'u', on: 'fail', kind: 'unique', columns: ['id'] },
      { id: 'av', on: 'fail', kind: 'accepted_values', column: 'name', values: ['a', 'b', "it's"] },
      { id: 'min', on: 'fail', kind: 'min_rows', rows: 7 },
      { id: 'ratio', on: 'fail', kind: 'max_null_ratio', column: 'name', ratio: 0.1 },
      { id: 'p', on: 'fail', kind: 'predicate', predicate: { op: 'gt', column: 'id', value: 1 } },
    ]);
    expect(measured.map((m) => [m.check.id, m.violations])).to.deep.equal([
      ['nn', 2],
      ['u', 2],
      ['av', 2],
      ['min', 2],
      ['ratio', 1],
      ['p', 4],
    ]);
    expect(await staging.quarantine([{ id: 'u', on: 'quarantine', kind: 'unique', columns: ['id'] }])).to.equal(4);
    expect(await staging.count()).to.equal(1);
    const rejected: string[] = [];
    for await (const row of staging.rejected()) rejected.push(`${JSON.stringify(row.row)} ${row.reason}`);
    expect(rejected).to.have.length(4);
    expect(rejected[0]).to.contain('"id":1').and.to.contain('(u)');
    expect(await staging.max('id'), 'rejected rows count: the cursor must not stop before them').to.equal('4');
    await staging.drop();
    await sink.close();
  });

  it('refuses a value that its column cannot hold before anything is staged', async () => {
    const column: Column = { name: 'n', type: { kind: 'int8' }, nullable: true };
    const error = await expectError(
      () =>
        load(space, {
          loadId: 'L1',
          schema: { columns: [column] },
          data: { transport: 'rows', schema: { columns: [column] }, batches: batch([[128]]) },
          steps: [{ op: 'append' }],
        }),
      'DPONE_VALUE_OUT_OF_RANGE',
    );
    expect(error.message).to.contain('n: 128 is not of type int8');
  });

  it('looks at a file that is not there without making it', async () => {
    const sink = await duckdbSink.create(sinkContext(space, { name: 'orders' }));
    expect(await sink.inspect()).to.deep.equal({ exists: false, schema: null });
    await sink.close();
    expect(existsSync(space.path('target.duckdb')), 'a look must not make the file').to.equal(false);
  });
});
