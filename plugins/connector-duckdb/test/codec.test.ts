import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Codec, Column, FileSet, Schema } from '@dpone/sdk';
import { duckdbCodec } from '../dist/index.js';
import { workspace, type Workspace } from './support/context.js';
import { expectError } from './support/expect-error.js';
import { batch, files } from './support/load.js';
import { execute, query } from './support/query.js';

const COLUMNS: Column[] = [
  { name: 'id', type: { kind: 'int64' }, nullable: true },
  { name: 'name', type: { kind: 'string' }, nullable: true },
];

describe('duckdb codec', () => {
  let space: Workspace;
  let codec: Codec;
  beforeEach(async () => {
    space = await workspace();
    codec = await duckdbCodec.create(space.ctx);
  });
  afterEach(async () => {
    await codec.close();
    await space.remove();
  });

  const signal = new AbortController().signal;
  const text = async (name: string, content: string): Promise<string> => {
    await writeFile(space.path(name), content);
    return space.path(name);
  };
  const rowsOf = async (set: FileSet, schema: Schema): Promise<unknown[][]> => {
    const rows: unknown[][] = [];
    for await (const part of codec.read(set, schema, signal))
      for (let r = 0; r < part.rows; r += 1) rows.push(part.columns.map((c) => c[r]));
    return rows;
  };

  it('guesses the types of a csv file, hands its format on, and says that it guessed', async () => {
    const path = await text('a.csv', "id;name;day\n1;'x;y';2026-01-02\n2;'';\n");
    const set = { ...files('csv', path), format: { delimiter: ';', quote: "'" } };
    const found = await codec.describe(set);
    expect(found.columns).to.deep.equal([
      { name: 'id', type: { kind: 'int64' }, nullable: true, inferred: true },
      { name: 'name', type: { kind: 'string' }, nullable: true, inferred: true },
      { name: 'day', type: { kind: 'date' }, nullable: true, inferred: true },
    ]);
    expect(found.format).to.deep.equal({
      delimiter: ';',
      quote: "'",
      escape: "'",
      header: true,
      columns: ['id', 'name', 'day'],
    });
    expect(await rowsOf({ ...set, format: found.format! }, found)).to.deep.equal([
      [1n, 'x;y', '2026-01-02'],
      [2n, '', null],
    ]);
  });

  it('says which delimiter a file is written with rather than guessing it', async () => {
    const path = await text('a.csv', 'id;name\n1;x\n');
    const error = await expectError(() => codec.describe(files('csv', path)), 'DPONE_SOURCE_READ');
    expect(error.message).to.contain('";"');
  });

  it('refuses a column that no file has, which would be NULL throughout', async () => {
    const path = await text('a.csv', 'id,other\n1,x\n');
    const error = await expectError(() => rowsOf(files('csv', path), { columns: COLUMNS }), 'DPONE_SOURCE_READ');
    expect(error.message).to.contain('no column name');
  });

  it('joins the guesses of several files: whole numbers and fractions, dates and words', async () => {
    const paths = [await text('1.csv', 'a,b\n1,2026-01-01\n'), await text('2.csv', 'b,a,c\nsoon,1.5,true\n')];
    const found = await codec.describe(files('csv', ...paths));
    expect(found.columns.map((c) => [c.name, c.type.kind])).to.deep.equal([
      ['a', 'float64'],
      ['b', 'string'],
      ['c', 'bool'],
    ]);
  });

  it('reads a file without a header by position', async () => {
    const path = await text('a.csv', '1,x\n2,y\n');
    const set = { ...files('csv', path), format: { header: false } };
    const found = await codec.describe(set);
    expect(found.columns.map((c) => c.name)).to.deep.equal(['column0', 'column1']);
    expect(await rowsOf({ ...set, format: found.format! }, { columns: [found.columns[1]!] })).to.deep.equal([
      ['x'],
      ['y'],
    ]);
  });

  it('takes parquet at its word and counts its rows without reading them', async () => {
    await execute(
      space.path('x.duckdb'),
      `COPY (SELECT range::UTINYINT AS n, 1.5::DECIMAL(9,2) AS d FROM range(10)) TO '${space.path('a.parquet')}'`,
    );
    const set = files('parquet', space.path('a.parquet'));
    const { columns } = await codec.describe(set);
    expect(columns.map((c) => [c.type, c.inferred])).to.deep.equal([
      [{ kind: 'uint8' }, undefined],
      [{ kind: 'decimal', precision: 9, scale: 2 }, undefined],
    ]);
    expect(await codec.countRows(set)).to.equal(10);
    expect(await codec.countRows(files('csv', space.path('a.csv')))).to.equal(undefined);
  });

  it('finds every key of jsonl files, nested ones too', async () => {
    const paths = [
      await text('1.jsonl', '{"id":1,"tags":["a"]}\n'),
      await text('2.jsonl', '{"id":2,"who":{"n":1.5}}\n'),
    ];
    const found = await codec.describe(files('jsonl', ...paths));
    expect(found.columns.map((c) => [c.name, c.type])).to.deep.equal([
      ['id', { kind: 'int64' }],
      ['tags', { kind: 'array', item: { kind: 'string' } }],
      ['who', { kind: 'struct', fields: [{ name: 'n', type: { kind: 'float64' } }] }],
    ]);
    expect(await rowsOf({ ...files('jsonl', ...paths), format: found.format! }, found)).to.have.deep.members([
      [1n, ['a'], null],
      [2n, null, { n: 1.5 }],
    ]);
  });

  it('converts with constants, leaves bad rows out where asked, and reports them', async () => {
    const path = await text('a.csv', 'id,name\n1,a\nx,b\n3\n4,d\n');
    const request = {
      from: { ...files('csv', path), format: { columns: ['id', 'name'] } },
      to: { lane: 'jsonl', path: space.path('out.jsonl.gz'), compression: 'gzip', format: {} },
      schema: { columns: COLUMNS },
      constants: [
        { name: '__dpone__load_id', type: { kind: 'string' }, value: "it's" },
        { name: 'n', type: { kind: 'int32' }, value: 5 },
      ],
    } as const;
    await expectError(() => codec.convert({ ...request, badRows: 'fail' }, signal), 'DPONE_ROW_INVALID');
    const done = await codec.convert({ ...request, badRows: 'reject' }, signal);
    const written = gunzipSync(await readFile(request.to.path)).toString();
    expect(written).to.equal(
      '{"id":1,"name":"a","__dpone__load_id":"it\'s","n":5}\n{"id":4,"name":"d","__dpone__load_id":"it\'s","n":5}\n',
    );
    expect(done.rows).to.equal(2);
    expect(done.bytes).to.equal((await readFile(request.to.path)).length);
    expect(done.rejected.map((r) => [r.diagnostics['line'], r.reason])).to.deep.equal([
      [4, 'Expected Number of Columns: 2 Found: 1'],
      [3, 'id: "x" is not of type int64'],
    ]);
  });

  it('filters while it reads', async () => {
    const path = await text('a.csv', 'id,name\n1,a\n2,"it\'s"\n3,c\n');
    const set: FileSet = {
      ...files('csv', path),
      format: { columns: ['id', 'name'] },
      where: {
        op: 'and',
        all: [
          { op: 'gt', column: 'id', value: 1 },
          { op: 'eq', column: 'name', value: "it's" },
        ],
      },
    };
    expect(await rowsOf(set, { columns: COLUMNS })).to.deep.equal([[2n, "it's"]]);
  });

  for (const lane of ['csv', 'tsv', 'jsonl', 'parquet'] as const)
    for (const compression of ['none', 'gzip', 'zstd'] as const)
      it(`writes rows to ${lane} (${compression}) and reads them again, NULL apart from empty text`, async () => {
        const path = space.path(`out.${lane}`);
        const values = [
          [1n, null, 3n, 4n],
          ['', null, 'a,"b"\n\tc', 'NULL'],
        ];
        const written = await codec.write(
          batch(values),
          { columns: COLUMNS },
          { lane, path, compression, format: {} },
          signal,
        );
        expect(written.rows).to.equal(4);
        const set: FileSet = { lane, paths: [path], compression, format: {} };
        const rows = await rowsOf(set, { columns: COLUMNS });
        const sorted = rows.sort((a, b) => Number(a[0] ?? -1) - Number(b[0] ?? -1));
        expect(sorted).to.deep.equal([
          [null, null],
          [1n, ''],
          [3n, 'a,"b"\n\tc'],
          [4n, 'NULL'],
        ]);
      });

  it("the dialect's rule of NULL: unquoted empty is NULL, quoted empty is '' for texts and NULL for anything else", async () => {
    const path = await text('a.csv', 'id,name\n"","",\n'.replace(',\n', '\n') + '1,\n,""\n');
    expect(
      await rowsOf({ ...files('csv', path), format: { columns: ['id', 'name'] } }, { columns: COLUMNS }),
    ).to.deep.equal([
      [null, ''],
      [1n, null],
      [null, ''],
    ]);
  });

  it('texts that stand for NULL do so only unquoted', async () => {
    const path = await text('a.csv', 'id,name\nNA,NA\n1,"NA"\n2,\n');
    const set = { ...files('csv', path), format: { columns: ['id', 'name'], nulls: ['NA'] } };
    expect(await rowsOf(set, { columns: COLUMNS })).to.deep.equal([
      [null, null],
      [1n, 'NA'],
      [2n, ''],
    ]);
  });

  it('dates of another format are guessed, and read as the guess says', async () => {
    const path = await text('a.csv', 'd\n31/12/2025\n01/02/2026\n');
    const found = await codec.describe(files('csv', path));
    expect(found.columns[0]!.type).to.deep.equal({ kind: 'date' });
    expect(await rowsOf({ ...files('csv', path), format: found.format! }, found)).to.deep.equal([
      ['2025-12-31'],
      ['2026-02-01'],
    ]);
  });

  it('columns of hive-style paths are read from the path', async () => {
    for (const day of ['2026-01-01', '2026-01-02']) {
      await mkdir(space.path(`day=${day}`));
      await text(`day=${day}/a.csv`, 'id\n1\n');
    }
    const paths = ['2026-01-01', '2026-01-02'].map((day) => space.path(`day=${day}/a.csv`));
    const set = { ...files('csv', ...paths), format: { hivePartitioning: true } };
    const found = await codec.describe(set);
    expect(found.columns.map((c) => c.name)).to.deep.equal(['id', 'day']);
    const rows = await rowsOf({ ...set, format: found.format! }, found);
    expect(rows.map((r) => r[1])).to.have.members(['2026-01-01', '2026-01-02']);
  });

  it('refuses to write what a format cannot hold, and names a file that is not there', async () => {
    const interval: Schema = { columns: [{ name: 'x', type: { kind: 'interval' }, nullable: true }] };
    const to = { lane: 'parquet', path: space.path('o.parquet'), compression: 'none', format: {} } as const;
    await expectError(() => codec.write(batch([['P1D']]), interval, to, signal), 'DPONE_NO_LANE');
    await expectError(() => codec.describe(files('parquet', space.path('none.parquet'))), 'DPONE_SOURCE_NOT_FOUND');
    await expectError(() => codec.describe(files('csv', space.path('none.csv'))), 'DPONE_SOURCE_NOT_FOUND');
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    const path = await text('a.csv', 'id,name\n1,a\n');
    const from = { ...files('csv', path), format: { columns: ['id', 'name'] } };
    const to = { lane: 'parquet', path: space.path('o.parquet'), compression: 'none', format: {} } as const;
    await expectError(
      () =>
        codec.convert({ from, to, schema: { columns: COLUMNS }, constants: [], badRows: 'fail' }, controller.signal),
      'DPONE_CANCELLED',
    );
  });

  it('writes parquet that anyone reads', async () => {
    const to = {
      lane: 'parquet',
      path: space.path('o.parquet'),
      compression: 'zstd',
      format: { rowGroupRows: 2048 },
    } as const;
    await codec.write(batch([[1n], ['a']]), { columns: COLUMNS }, to, signal);
    expect(await query(space.path('x.duckdb'), `SELECT * FROM '${to.path}'`)).to.deep.equal([['1', 'a']]);
  });
});
