import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect } from 'chai';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { load } from '../support/engine-host.js';

interface Refusal {
  readonly into: string;
  /** A column of a DuckDB table, as SQL. */
  readonly value: string;
  readonly says: RegExp;
}

const NESTED = ['[1, NULL]', `{'a': 1}`, `MAP {'k': 1}`];

const CASES: readonly Refusal[] = [
  ...['csv', 'tsv.gz'].flatMap((into) =>
    NESTED.map((value) => ({ into, value, says: /has no form for an? (array|struct|map)/ })),
  ),
  { into: 'parquet', value: `INTERVAL '1 microsecond'`, says: /interval/ },
  { into: 'parquet', value: `[INTERVAL '1 microsecond']`, says: /interval/ },
  { into: 'parquet', value: `CAST('00:00:00.000000001' AS TIME_NS)`, says: /microseconds/ },
  { into: 'parquet', value: `CAST('170141183460469231731687303715884105727' AS HUGEINT)`, says: /38 digits/ },
  { into: 'jsonl.zst', value: `[CAST('0.123456789012345678' AS DECIMAL(38, 18))]`, says: /15 digits/ },
  { into: 'jsonl', value: `{'a': CAST('0.123456789012345678' AS DECIMAL(38, 18))}`, says: /15 digits/ },
];

async function table(project: TempProject, value: string): Promise<void> {
  const instance = await DuckDBInstance.create(project.file('values.duckdb'));
  try {
    await (await instance.connect()).run(`CREATE TABLE t AS SELECT 1 AS id, ${value} AS v`);
  } finally {
    instance.closeSync();
  }
}

describe('what a format cannot hold is refused before a byte is written', function () {
  this.timeout(60_000);
  let project: TempProject;
  beforeEach(() => (project = tempProject()));
  afterEach(() => project.remove());

  for (const { into, value, says } of CASES)
    it(`${value} into ${into}`, async () => {
      await table(project, value);
      const path = `out/values.${into}`;
      const refresh = (query: string, lineage: boolean): object => ({
        name: 'refused',
        source: { type: 'duckdb', connection: 'values.duckdb', options: { query } },
        sink: { type: 'files', options: { path, lineage }, strategy: { mode: 'full_refresh' } },
      });
      for (const lineage of [true, false]) {
        expect((await load(project, refresh('SELECT id FROM t', lineage))).passed).to.equal(true);
        const before = readFileSync(project.file(path));
        const { passed, result } = await load(project, refresh('SELECT * FROM t', lineage));
        expect(passed).to.equal(false);
        const [error] = result.errors;
        expect(error?.code).to.equal('DPONE_NO_LANE');
        expect(error?.message).to.match(says).and.to.match(/\bv: /);
        expect(readFileSync(project.file(path)).equals(before)).to.equal(true);
        expect(readdirSync(project.file('out')).filter((name) => name !== '_dpone')).to.deep.equal([`values.${into}`]);
      }
    });

  for (const type of ['decimal(50,2)', 'timestamp(9) with time zone'])
    it(`a text stated as ${type} into DuckDB, which has no such type`, async () => {
      project.write('in/values.csv', 'id,v\n1,\n');
      const { passed, result } = await load(project, {
        name: 'refused',
        source: { type: 'files', options: { path: 'in/values.csv', columns: [{ name: 'v', type }] } },
        sink: { type: 'duckdb', connection: 'out.duckdb', table: { name: 't' }, strategy: { mode: 'full_refresh' } },
      });
      expect(passed).to.equal(false);
      expect(result.errors[0]?.message)
        .to.match(/\bv\b/)
        .and.to.match(/DuckDB/);
      if (!existsSync(project.file('out.duckdb'))) return;
      const instance = await DuckDBInstance.create(project.file('out.duckdb'));
      try {
        const tables = await (
          await instance.connect()
        ).runAndReadAll(
          `SELECT table_name FROM information_schema.tables WHERE table_name NOT LIKE '\\_\\_dpone\\_\\_%' ESCAPE '\\'`,
        );
        expect(tables.getRows()).to.deep.equal([]);
      } finally {
        instance.closeSync();
      }
    });
});
