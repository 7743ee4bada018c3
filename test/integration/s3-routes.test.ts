import { freshBucket, freshDatabase, s3Missing, type FreshBucket, type FreshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import { keysOf, put } from '../crash/s3-shop.js';
import { dpone } from '../support/cli.js';
import { queryDuckdb } from '../support/duckdb.js';
import { linkPlugins } from '../support/link-plugin.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

const ROWS = 20_000;
const TABLE = `CREATE SCHEMA shop; CREATE TABLE shop.orders (id int PRIMARY KEY, note text, amount numeric(12,2), qty bigint,
    due date, at timestamptz, local timestamp(6), paid boolean, ref uuid, raw bytea, score float8);
  INSERT INTO shop.orders SELECT i, CASE WHEN i % 7 = 0 THEN NULL WHEN i % 5 = 0 THEN '' ELSE 'é "q", ' || chr(10) || i END,
    CASE WHEN i % 3 = 0 THEN NULL ELSE i / 100.0 END, i::bigint * 400000000000000, date '2020-01-01' + i % 4000,
    timestamptz '2026-01-01 00:00:00.123456+00' + i * interval '7 seconds', timestamp '1969-12-31 23:59:59.999999' + i * interval '1 hour',
    i % 2 = 0, md5(i::text)::uuid, CASE WHEN i % 4 = 0 THEN ''::bytea ELSE decode(md5(i::text), 'hex') END, i / 7.0
  FROM generate_series(1, ${ROWS}) AS i`;
const COLUMNS = 'id, note, amount, qty, due, at, local, paid, ref, raw, score';

const missing = await s3Missing();

describe('routes over S3 keep every value', function () {
  this.timeout(120_000);
  let bucket: FreshBucket;
  let db: FreshDatabase;
  let project: TempProject;
  before(async function () {
    if (missing !== undefined) this.skip();
    this.timeout(1_800_000);
    bucket = await freshBucket();
    db = await freshDatabase();
    await db.sql(TABLE);
    project = tempProject();
    linkPlugins(project, 'connector-s3');
  });
  after(async () => {
    project?.remove();
    await Promise.all([bucket?.drop(), db?.drop()]);
  });

  const s3 = (path: string, options: object = {}) => ({
    type: 's3',
    connection: bucket.uri,
    options: { path, ...options },
  });
  const postgres = (table: string) => ({ type: 'postgres', connection: db.uri, table: `shop.${table}` });
  const refresh = (side: object) => ({ ...side, strategy: { mode: 'full_refresh' } });

  async function carry(name: string, source: object, sink: object, flags: readonly string[] = []): Promise<void> {
    project.write('route.json', JSON.stringify({ name, source, sink }));
    const result = await dpone(['run', 'route.json', '--format', 'json', ...flags], { cwd: project.path });
    expect(result.code, result.stdout + result.stderr).to.equal(0);
  }

  /** By the server alone: the tables hold the same rows. */
  async function expectSame(table: string): Promise<void> {
    const side = (one: string): string => `SELECT ${COLUMNS} FROM shop.${one}`;
    const [row] = await db.sql<{ lost: string; added: string; rows: string }>(
      `SELECT (SELECT count(*) FROM (${side('orders')} EXCEPT ALL ${side(table)}) a) AS lost,
        (SELECT count(*) FROM (${side(table)} EXCEPT ALL ${side('orders')}) b) AS added, (SELECT count(*) FROM shop.${table}) AS rows`,
    );
    expect(row, table).to.deep.equal({ lost: '0', added: '0', rows: String(ROWS) });
  }

  it('Postgres -> Parquet on S3 in parallel -> Postgres', async () => {
    await carry('out', postgres('orders'), refresh({ ...s3('lake/orders/'), table: 'orders' }), ['--parallel', '2']);
    expect((await keysOf(bucket, 'lake/orders/')).length).to.be.at.least(1);
    await carry('back', s3('lake/orders/'), refresh(postgres('from_parquet')));
    await expectSame('from_parquet');
  });

  it('S3 -> S3, another format, then into Postgres', async () => {
    await carry('copy', s3('lake/orders/*.parquet'), refresh({ ...s3('lake/orders.jsonl.zst'), table: 'orders' }));
    await db.sql('CREATE TABLE shop.from_jsonl (LIKE shop.orders INCLUDING ALL)');
    await carry('jsonl', s3('lake/orders.jsonl.zst'), refresh(postgres('from_jsonl')));
    await expectSame('from_jsonl');
    await carry(
      'csv',
      s3('lake/orders/*.parquet'),
      refresh({ ...s3('lake/csv/', { format: 'csv', compression: 'gzip' }), table: 'orders' }),
    );
    await db.sql('CREATE TABLE shop.from_csv (LIKE shop.orders INCLUDING ALL)');
    await carry('csv_in', s3('lake/csv/'), refresh(postgres('from_csv')));
    await expectSame('from_csv');
  });

  it('CSV and Parquet on S3 -> DuckDB', async () => {
    const duckdb = (table: string) => ({ type: 'duckdb', connection: 'shop.duckdb', table });
    await carry('parquet', s3('lake/orders/'), refresh(duckdb('from_parquet')));
    await carry('csv', s3('lake/csv/*.csv.gz'), refresh(duckdb('from_csv')));
    const [row] = await queryDuckdb(
      project.file('shop.duckdb'),
      `SELECT (SELECT count(*) FROM from_parquet)::int AS a, (SELECT count(*) FROM from_csv)::int AS b,
        (SELECT count(*) FROM from_parquet JOIN from_csv USING (id) WHERE from_parquet.note IS NOT DISTINCT FROM from_csv.note AND from_parquet.qty = from_csv.qty)::int AS same`,
    );
    expect(row).to.deep.equal({ a: ROWS, b: ROWS, same: ROWS });
  });

  it('increments by new objects, merged by key into Postgres, take each object once', async () => {
    await put(bucket, 'inc/1.csv', 'id,note\n1,one\n2,two\n');
    const source = s3('inc/', { incremental_strategy: 'new_files' });
    const sink = { ...postgres('inc'), strategy: { mode: 'incremental_merge', unique_key: 'id' } };
    await carry('inc', source, sink);
    await put(bucket, 'inc/2.csv', 'id,note\n2,TWO\n3,three\n');
    await carry('inc', source, sink);
    await put(bucket, 'inc/1.csv', 'id,note\n1,ONE\n2,TWO\n');
    await carry('inc', source, sink);
    await carry('inc', source, sink);
    expect(await db.sql('SELECT id::int AS id, note FROM shop.inc ORDER BY id')).to.deep.equal([
      { id: 1, note: 'ONE' },
      { id: 2, note: 'TWO' },
      { id: 3, note: 'three' },
    ]);
  });
});
