import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone, gate } from '../support/cli.js';
import { json } from '../support/gate.js';

/** Values at the edges of what a text of a value has to keep apart; none of the columns is compared as rows. */
const TABLE = `
CREATE TABLE t (id int PRIMARY KEY, b bool, i2 int2, i8 int8, n numeric(18,4), f4 float4, f8 float8, s text, v varchar(20),
  by bytea, d date, tm time, ts timestamp, tz timestamptz, u uuid);
INSERT INTO t VALUES
 (1, true, -5, 9007199254740993, 1.5, 0.1, 0.1, 'é|:~', '', '\\x00ff', '2026-01-01', '10:00', '2026-01-01 10:00', '2026-01-01 10:00+02', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'),
 (2, false, 0, -9223372036854775808, 0, 1, 1e-7, '~', '5:abc', '', '1999-12-31', '23:59:59.123456', '2026-01-01 10:00:00.12', '2026-01-01 10:00:00.000001+00', null),
 (3, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
 (4, true, 1, 0, -99999999999999.9999, -3.4e38, 1e20, E'a\\nb', 'x', null, '0001-01-01', '00:00', '1969-12-31 23:59:59.999999', '1900-01-01 00:00+00', null),
 (5, true, 1, 100, 100.1, 16777216, 123456789012345680, '😀', 'y', null, '9999-12-31', '12:00', '9999-12-31', '2026-06-01 00:00+00', null)`;
const COLUMNS = ['b', 'i2', 'i8', 'n', 'f4', 'f8', 's', 'v', 'by', 'd', 'tm', 'ts', 'tz', 'u'];

describe('checksums in Postgres and in other systems', function () {
  this.timeout(120_000);
  let cwd: string;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'dpone-checksums-'));
    database = await freshDatabase();
    await database.sql(TABLE);
    const load = (name: string, sink: object): Promise<void> =>
      writeFile(
        join(cwd, `${name}.json`),
        json({ name, source: { type: 'postgres', connection: database.uri, table: 'public.t' }, sink }),
      );
    await load('duck', { type: 'duckdb', connection: 'x.duckdb', table: 'main.t' });
    await load('parquet', { type: 'files', options: { path: 't.parquet' } });
    for (const name of ['duck', 'parquet']) {
      const { exit, stderr } = await dpone(cwd, 'run', `${name}.json`);
      expect(exit, stderr).to.equal(0);
    }
  });
  after(async () => {
    await database.drop();
    await rm(cwd, { recursive: true });
  });
  const postgres = (): string => json({ type: 'postgres', connection: database.uri, table: 'public.t' });
  const DUCKDB = json({ type: 'duckdb', connection: 'x.duckdb', table: 't' });
  const PARQUET = json({ type: 'files', options: { path: 't.parquet' } });
  const diff = (source: string, target: string, ...more: string[]) =>
    gate(cwd, 'diff', '--source', source, '--target', target, '--key', 'id', ...more);

  it('are the same for every type in DuckDB and in this process: no row is handed over to see it', async () => {
    expect(await diff(postgres(), DUCKDB)).to.include({
      exit: 0,
      compared_by: 'checksums',
      differing_key_ranges: 0,
      rows_read: 0,
    });
    // Doubles with an exponent are written in another way here: their three rows are read, and found to be the same.
    expect(await diff(postgres(), PARQUET)).to.include({ exit: 0, compared_by: 'checksums', differing_key_ranges: 3 });
    const without = COLUMNS.filter((column) => !column.startsWith('f')).join(',');
    expect(await diff(postgres(), PARQUET, '--compare-columns', without)).to.include({
      exit: 0,
      differing_key_ranges: 0,
      rows_read: 5,
    });
  });

  it('see every column that is another: an altered value is found and shown', async () => {
    for (const column of COLUMNS) {
      const changed = json({
        type: 'postgres',
        connection: database.uri,
        options: { query: `SELECT id, CASE id WHEN 1 THEN NULL ELSE ${column} END AS ${column} FROM t` },
      });
      const report = await diff(changed, DUCKDB, '--compare-columns', column);
      expect(report, column).to.include({ mismatch_count: 1, differing_key_ranges: 1, rows_read: 2 });
    }
  });
});
