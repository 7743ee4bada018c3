import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect } from 'chai';
import type { BadRowPolicy, Column, FileSet } from '@dpone/sdk';
import { workspace, type Workspace } from './support/context.js';
import { expectError } from './support/expect-error.js';
import { files, load, pull } from './support/load.js';
import { execute, query } from './support/query.js';

const COLUMNS: Column[] = [
  { name: 'id', type: { kind: 'int64' }, nullable: true },
  { name: 'name', type: { kind: 'string' }, nullable: true },
  { name: 'amount', type: { kind: 'decimal', precision: 12, scale: 2 }, nullable: true },
  { name: 'at', type: { kind: 'timestamp', precision: 6, tz: false }, nullable: true },
];

const NAMES = COLUMNS.map((c) => c.name);

describe('rows that cannot be read', () => {
  let space: Workspace;
  let count = 0;
  beforeEach(async () => {
    space = await workspace();
  });
  afterEach(() => space.remove());

  const read = async (set: FileSet, badRows: BadRowPolicy, where?: FileSet['where']) => {
    count += 1;
    const format = { ...set.format, columns: NAMES };
    return load(space, {
      loadId: `L${count}`,
      schema: { columns: COLUMNS },
      data: {
        transport: 'pull',
        files: { ...set, format, ...(where === undefined ? {} : { where }) },
        schema: { columns: COLUMNS },
      },
      steps: [{ op: 'replace_all', by: 'swap' }],
      badRows,
    });
  };
  const target = () => query(space.path('target.duckdb'), 'SELECT id, name, amount, "at" FROM orders ORDER BY ALL');

  const csv = async (text: string): Promise<FileSet> => {
    await writeFile(space.path('a.csv'), `id,name,amount,at\n${text}`);
    return files('csv', space.path('a.csv'));
  };

  const BAD_FIELDS = [
    ['abc,a,1.00,', 'id: "abc" is not of type int64'],
    ['1.5,a,1.00,', 'id: "1.5" is not of type int64'],
    ['9223372036854775808,a,1.00,', 'id: "9223372036854775808" is not of type int64'],
    ['1,a,1.239,', 'amount: "1.239" is not of type decimal(12,2)'],
    ['1,a,1e-3,', 'amount: "1e-3" is not of type decimal(12,2)'],
    ['1,a,12345678901.00,', 'amount: "12345678901.00" is not of type decimal(12,2)'],
    ['1,a,1.00,2026-02-30 00:00:00', 'at: "2026-02-30 00:00:00" is not of type timestamp(6)'],
    ['1,a,1.00,2026-01-01 00:00:00.1234567', 'at: "2026-01-01 00:00:00.1234567" is not of type timestamp(6)'],
    ['1,a,1.00,2026-01-01 00:00:00+02:00', 'at: "2026-01-01 00:00:00+02:00" is not of type timestamp(6)'],
    ['1,a,1.00,2026-01-01T00:00:00Z', 'at: "2026-01-01T00:00:00Z" is not of type timestamp(6)'],
  ] as const;

  for (const [row, reason] of BAD_FIELDS)
    it(`csv: ${row} is refused with its line, or set aside`, async () => {
      const set = await csv(`1,good,1.10,2026-01-01 00:00:00.123456\n2,"two\nlines",2,\n${row}\n4,good,4.00,\n`);
      const error = await expectError(() => read(set, 'fail'), 'DPONE_ROW_INVALID');
      expect(error.message).to.equal(`${space.path('a.csv')}, line 5: ${reason}`);
      const { staged, rejected } = await read(set, 'reject');
      expect(staged).to.deep.equal([{ rows: 3, bytes: staged[0]!.bytes, rejected: 1 }]);
      expect(rejected[0]!.reason).to.equal(reason);
      expect(rejected[0]!.diagnostics).to.deep.include({ file: space.path('a.csv'), line: 5 });
      expect(Object.values<unknown>(rejected[0]!.row).map((v) => v ?? '')).to.deep.equal(row.split(','));
      expect((await target()).map((r) => r[0])).to.deep.equal(['1', '2', '4']);
    });

  it('csv: what looks odd but loses nothing is taken', async () => {
    const set = await csv(
      '+1,a,1.1000,2026-01-01T00:00:00\n1.0,b,.5,2026-01-01 00:00:00.1234560\n007,c,12,2026-01-01\n',
    );
    const { staged } = await read(set, 'fail');
    expect(staged[0]!.rows).to.equal(3);
    expect(await target()).to.deep.equal([
      ['1', 'a', '1.10', '2026-01-01 00:00:00'],
      ['1', 'b', '0.50', '2026-01-01 00:00:00.123456'],
      ['7', 'c', '12.00', '2026-01-01 00:00:00'],
    ]);
  });

  it('csv: lines of the wrong shape are named by the reader, and lines after them keep their numbers', async () => {
    const set = await csv('1,a,1,\n2,b\n3,c,3,,5\nx,d,4,\n5,"e",5,\n"unclosed,6,6\n');
    const error = await expectError(() => read(set, 'fail'), 'DPONE_ROW_INVALID');
    expect(error.message).to.match(/a\.csv, line \d+: /);
    const { staged, rejected } = await read(set, 'reject');
    expect(staged[0]).to.deep.include({ rows: 2, rejected: 4 });
    expect(rejected.map((r) => r.diagnostics['line'])).to.deep.equal([3, 4, 5, 7]);
    expect(rejected[0]!.row).to.deep.equal({ raw: '2,b' });
  });

  it('a predicate does not hide a row that cannot be judged', async () => {
    const set = await csv('1,a,1,\nabc,b,2,\n3,c,x,\n9,d,9,\n');
    const where = { op: 'gt', column: 'id', value: 2 } as const;
    const { staged, rejected } = await read(set, 'reject', where);
    expect(staged[0]).to.deep.include({ rows: 1, rejected: 2 });
    expect(rejected.map((r) => r.diagnostics['line'])).to.deep.equal([3, 4]);
  });

  const jsonl = async (...lines: string[]): Promise<FileSet> => {
    await writeFile(space.path('a.jsonl'), `${lines.join('\n')}\n`);
    return files('jsonl', space.path('a.jsonl'));
  };

  const BAD_LINES = [
    ['{"id": "abc"}', 'id: "abc" is not of type int64'],
    ['{"id": 1.5}', 'id: "1.5" is not of type int64'],
    ['{"id": {"x": 1}}', 'id: "{"x":1}" is not of type int64'],
    ['{"amount": 1.239}', 'amount: "1.239" is not of type decimal(12,2)'],
    ['{"id": 1, "surprise": 2}', 'the line has keys that no sampled line had: surprise'],
    ['{"id": 1', 'the line is not valid JSON'],
    ['{"id": 1} {"id": 2}', 'the line is not valid JSON'],
    ['[1, 2]', 'the line is not a JSON object'],
    ['"text"', 'the line is not a JSON object'],
  ] as const;

  for (const [line, reason] of BAD_LINES)
    it(`jsonl: ${line} is refused with its line, or set aside`, async () => {
      const set = await jsonl('{"id": 1, "name": ""}', '', line, '{"name": null, "id": "4", "amount": 4}');
      const error = await expectError(() => read(set, 'fail'), 'DPONE_ROW_INVALID');
      expect(error.message).to.equal(`${space.path('a.jsonl')}, line 3: ${reason}`);
      const { staged, rejected } = await read(set, 'reject');
      expect(staged[0]).to.deep.include({ rows: 2, rejected: 1 });
      expect(rejected[0]!.reason).to.equal(reason);
      expect(await target()).to.deep.equal([
        ['1', '', null, null],
        ['4', null, '4.00', null],
      ]);
    });

  it('a load that refuses a row leaves the target and its receipts as they were', async () => {
    await execute(space.path('target.duckdb'), "CREATE TABLE orders AS SELECT 7 AS id, 'kept' AS name");
    await expectError(async () => read(await csv('x,a,1,\n'), 'fail'), 'DPONE_ROW_INVALID');
    expect(await query(space.path('target.duckdb'), 'SELECT * FROM orders')).to.deep.equal([['7', 'kept']]);
    expect(await query(space.path('target.duckdb'), 'SELECT load_id FROM __dpone__loads')).to.deep.equal([]);
  });

  it('tens of thousands of bad rows are set aside, each with its own line', async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => (i % 2 === 0 ? `${i},n,1,` : `x${i},n,1,`));
    const { staged, rejected } = await read(await csv(`${lines.join('\n')}\n`), 'reject');
    expect(staged[0]).to.deep.include({ rows: 25_000, rejected: 25_000 });
    expect(rejected.map((r) => r.diagnostics['line'])).to.deep.equal(
      lines.flatMap((line, i) => (line.startsWith('x') ? [i + 2] : [])),
    );
  });

  describe('files that were cut off or damaged', () => {
    const text = `id,name,amount,at\n${Array.from({ length: 20_000 }, (_, i) => `${i},name ${i * 7919},1.00,`).join('\n')}\n`;
    const whole = { gzip: gzipSync(text), zstd: zstdCompressSync(text) };

    for (const compression of ['gzip', 'zstd'] as const)
      for (const badRows of ['fail', 'reject'] as const) {
        it(`${compression}: a whole file is read, half a file is refused (${badRows})`, async () => {
          const path = space.path(`a.csv.${compression}`);
          const set: FileSet = { ...files('csv', path), compression };
          await writeFile(path, whole[compression]);
          expect((await read(set, badRows)).staged[0]!.rows).to.equal(20_000);
          for (const part of [0.5, 0.9]) {
            await writeFile(path, whole[compression].subarray(0, Math.floor(whole[compression].length * part)));
            const error = await expectError(() => read(set, badRows), 'DPONE_SOURCE_READ');
            expect(error.message).to.contain(path);
          }
          await writeFile(path, whole[compression].subarray(0, whole[compression].length - 1));
          await expectError(() => read(set, badRows), 'DPONE_SOURCE_READ');
        });
      }

    it('gzip: several members after one another are one file, a wrong checksum is refused', async () => {
      const path = space.path('a.csv.gz');
      const set: FileSet = { ...files('csv', path), compression: 'gzip' };
      await writeFile(path, Buffer.concat([gzipSync('id,name,amount,at\n1,a,1,\n'), gzipSync('2,b,2,\n')]));
      expect((await read(set, 'fail')).staged[0]!.rows).to.equal(2);
      const damaged = Buffer.from(whole.gzip);
      damaged.fill(0, damaged.length - 8, damaged.length - 4);
      await writeFile(path, damaged);
      await expectError(() => read(set, 'fail'), 'DPONE_SOURCE_READ');
    });

    it('parquet: a file that was cut off or overwritten is refused', async () => {
      await execute(
        space.path('x.duckdb'),
        `COPY (SELECT range AS id, range::VARCHAR AS name, 1.00::DECIMAL(12,2) AS amount, NULL::TIMESTAMP AS "at" FROM range(100000)) TO '${space.path('a.parquet')}'`,
      );
      const good = await readFile(space.path('a.parquet'));
      const set = files('parquet', space.path('a.parquet'));
      expect((await read(set, 'fail')).staged[0]!.rows).to.equal(100_000);
      await writeFile(space.path('a.parquet'), good.subarray(0, good.length >> 1));
      await expectError(() => read(set, 'fail'), 'DPONE_SOURCE_READ');
      const damaged = Buffer.from(good);
      damaged.fill(7, 1000, 3000);
      await writeFile(space.path('a.parquet'), damaged);
      const error = await expectError(() => read(set, 'fail'), 'DPONE_SOURCE_READ');
      expect(error.message).to.contain('a.parquet');
    });
  });

  it('a file of which nearly nothing can be split is refused, not set aside line by line', async () => {
    const set = await csv('1;a;1;\n'.repeat(60_000));
    const error = await expectError(() => read(set, 'reject'), 'DPONE_ROW_INVALID');
    expect(error.message).to.contain('50000 lines or more');
  });

  it('several csv files are matched by the names in their headers, not by position', async () => {
    await writeFile(space.path('1.csv'), 'id,name\n1,one\n');
    await writeFile(space.path('2.csv'), 'name,id\ntwo,2\n');
    await writeFile(space.path('3.csv'), 'id\n3\n');
    const data = await pull(space, files('csv', ...[1, 2, 3].map((n) => space.path(`${n}.csv`))));
    await load(space, { loadId: 'L', schema: data.schema, data, steps: [{ op: 'append' }] });
    expect(await query(space.path('target.duckdb'), 'SELECT id, name FROM orders ORDER BY id')).to.deep.equal([
      ['1', 'one'],
      ['2', 'two'],
      ['3', null],
    ]);
  });

  it('a csv file whose header has a column that no described file had is refused', async () => {
    await writeFile(space.path('1.csv'), 'id,name\n1,one\n');
    await writeFile(space.path('2.csv'), 'id,name\n2,two\n');
    const data = await pull(space, files('csv', space.path('1.csv'), space.path('2.csv')));
    await writeFile(space.path('2.csv'), 'id,name,more\n2,two,x\n');
    const error = await expectError(
      () => load(space, { loadId: 'L', schema: data.schema, data, steps: [{ op: 'append' }] }),
      'DPONE_SOURCE_READ',
    );
    expect(error.message).to.contain('more');
  });
});
