import { expect } from 'chai';
import fc from 'fast-check';
import type { Column, FileSet, LaneData } from '@dpone/sdk';
import { duckdbSource } from '../dist/index.js';
import { TYPE_CASES, type TypeCase } from './support/arbitraries.js';
import { sourceContext, workspace, type Workspace } from './support/context.js';
import { batch, load } from './support/load.js';
import { execute, query } from './support/query.js';

const LANES = ['parquet', 'csv', 'tsv', 'jsonl'] as const;

describe('values on their way through files and tables', function () {
  this.timeout(60_000);
  let space: Workspace;
  let loads = 0;
  beforeEach(async () => {
    space = await workspace();
  });
  afterEach(() => space.remove());

  /** Rows into a table, the table into a file where a lane is named, the file into a table, and back as rows. */
  async function travel(
    columns: readonly Column[],
    values: readonly (readonly unknown[])[],
    lane?: FileSet['lane'],
  ): Promise<unknown[][]> {
    const schema = { columns };
    const rows: LaneData = { transport: 'rows', schema, batches: batch(values) };
    loads += 1;
    await load(space, {
      loadId: `A${loads}`,
      table: { name: 'a' },
      schema,
      data: rows,
      steps: [{ op: 'replace_all', by: 'swap' }],
    });
    if (lane === undefined) return readRows('a', columns);
    const path = space.path(`a.${lane}`);
    const source = await duckdbSource.create(
      sourceContext(space, { query: 'SELECT * FROM a ORDER BY row' }, 'target.duckdb'),
    );
    const read = await source.open({ scope: 'all', state: null, parallel: 1, badRows: 'fail' });
    const data = await read.data(read.partitions[0]!, { id: lane, transport: 'push' });
    if (data.transport !== 'push') throw new Error('a file was asked for');
    await data.write({ lane, path, compression: 'none', format: {} }, space.ctx.signal);
    await read.close();
    await source.close();
    const format = { columns: columns.map((c) => c.name) };
    const pulled: LaneData = { transport: 'pull', schema, files: { lane, paths: [path], compression: 'none', format } };
    await load(space, {
      loadId: `B${loads}`,
      table: { name: 'b' },
      schema,
      data: pulled,
      steps: [{ op: 'replace_all', by: 'swap' }],
    });
    return readRows('b', columns);
  }

  async function readRows(table: string, columns: readonly Column[]): Promise<unknown[][]> {
    const list = columns.map((c) => `"${c.name}"`).join(', ');
    const source = await duckdbSource.create(
      sourceContext(space, { query: `SELECT ${list} FROM ${table} ORDER BY row` }, 'target.duckdb'),
    );
    const read = await source.open({ scope: 'all', state: null, parallel: 1, badRows: 'fail' });
    const data = await read.data(read.partitions[0]!, { id: 'rows', transport: 'rows' });
    if (data.transport !== 'rows') throw new Error('rows were asked for');
    const result: unknown[][] = columns.map(() => []);
    for await (const part of data.batches) part.columns.forEach((values, c) => result[c]!.push(...values));
    await read.close();
    await source.close();
    return result;
  }

  const refuses = async (lane: (typeof LANES)[number], column: Column): Promise<string | undefined> => {
    await execute(space.path('source.duckdb'), 'CREATE TABLE IF NOT EXISTS t (a INTEGER)');
    const source = await duckdbSource.create(sourceContext(space, { table: { name: 't' } }));
    const read = await source.open({ scope: 'all', state: null, parallel: 1, badRows: 'fail' });
    const offer = read.lanes.find((l) => l.id === lane);
    await read.close();
    await source.close();
    return offer?.refuses?.(column);
  };

  const ROW: Column = { name: 'row', type: { kind: 'int32' }, nullable: true };
  const columnOf = (c: TypeCase): Column => ({ name: c.name, type: c.type, nullable: true });

  for (const lane of [undefined, ...LANES])
    it(`survive ${lane ?? 'the rows lane'} exactly: every type that it does not refuse`, async () => {
      const cases: TypeCase[] = [];
      for (const c of TYPE_CASES)
        if (lane === undefined || (await refuses(lane, columnOf(c))) === undefined) cases.push(c);
      expect(cases.length).to.be.greaterThan(20);
      const columns = [ROW, ...cases.map(columnOf)];
      const row = fc.tuple(...cases.map((c) => fc.option(c.values, { freq: 8 })));
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
          const values = [rows.map((_, i) => i), ...cases.map((_, c) => rows.map((r) => r[c]))];
          const back = await travel(columns, values, lane);
          cases.forEach((c, i) => expect(back[i + 1], c.name).to.deep.equal(values[i + 1]!));
        }),
        { numRuns: 5, endOnFailure: true },
      );
    });

  it('are refused by a lane that would change them', async () => {
    const interval: Column = { name: 'x', type: { kind: 'interval' }, nullable: true };
    const list: Column = { name: 'x', type: { kind: 'array', item: { kind: 'int32' } }, nullable: true };
    const huge: Column = { name: 'x', type: { kind: 'decimal', precision: 39, scale: 0 }, nullable: true };
    expect(await refuses('parquet', interval)).to.contain('milliseconds');
    expect(await refuses('parquet', huge)).to.contain('doubles');
    expect(await refuses('csv', list)).to.contain('array');
    expect(await refuses('tsv', list)).to.contain('array');
    expect(
      await refuses('jsonl', { ...list, type: { kind: 'array', item: { kind: 'decimal', precision: 38, scale: 2 } } }),
    ).to.contain('digits');
  });

  it("128-bit integers, enums and DuckDB's finer or coarser timestamps keep their values", async () => {
    await execute(
      space.path('source.duckdb'),
      "CREATE TYPE mood AS ENUM ('ok', 'so, so')",
      'CREATE TABLE a AS SELECT 0 AS row, (-170141183460469231731687303715884105728)::HUGEINT AS h, 340282366920938463463374607431768211455::UHUGEINT AS u, ' +
        "'so, so'::mood AS m, TIMESTAMP_S '2026-01-01 00:00:01' AS s, TIMESTAMP_MS '2026-01-01 00:00:00.123' AS ms, [1, 2, 3]::INTEGER[3] AS fixed",
    );
    const source = await duckdbSource.create(sourceContext(space, { table: { name: 'a' } }));
    const read = await source.open({ scope: 'all', state: null, parallel: 1, badRows: 'fail' });
    const { schema } = read;
    const data = await read.data(read.partitions[0]!, { id: 'rows', transport: 'rows' });
    await load(space, { loadId: 'B', table: { name: 'b' }, schema, data, steps: [{ op: 'replace_all', by: 'swap' }] });
    await read.close();
    await source.close();
    await execute(
      space.path('target.duckdb'),
      `ATTACH '${space.path('source.duckdb')}' AS s; CREATE TABLE a AS SELECT * FROM s.a`,
    );
    const same = await query(
      space.path('target.duckdb'),
      'SELECT a.h = b.h, a.u = b.u, a.m::VARCHAR = b.m, a.s = b.s, a.ms = b.ms, a.fixed::INTEGER[] = b.fixed, typeof(b.h), typeof(b.u) FROM a, b',
    );
    expect(same).to.deep.equal([['true', 'true', 'true', 'true', 'true', 'true', 'HUGEINT', 'UHUGEINT']]);
  });

  it('a column whose type has no canonical meaning is refused by name', async () => {
    await execute(space.path('source.duckdb'), "CREATE TABLE a AS SELECT 1 AS ok, '101'::BIT AS flags");
    const source = await duckdbSource.create(sourceContext(space, { table: { name: 'a' } }));
    await source.open({ scope: 'all', state: null, parallel: 1, badRows: 'fail' }).then(
      () => expect.fail('it was opened'),
      (error: unknown) => expect(String(error)).to.contain('flags BIT'),
    );
    const read = await source.open({ scope: 'all', columns: ['ok'], state: null, parallel: 1, badRows: 'fail' });
    expect(read.schema.columns.map((c) => c.name)).to.deep.equal(['ok']);
    await read.close();
    await source.close();
  });
});
