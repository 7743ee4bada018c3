import { clickhouseMissing, freshBucket, freshClickHouse, s3Missing } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { linkPlugins } from '../support/link-plugin.js';
import { tempProject } from '../support/temp-project.js';

const COLUMNS =
  '[{name: id, type: bigint, nullable: false}, {name: note, type: text}, {name: amount, type: "decimal(12,2)"}, {name: at, type: timestamp(6) with time zone}]';
const ROWS = ['1,Ä \u{1f600},19.90,2026-01-01T10:00:00.000001Z', '2,,0.00,1999-12-31T23:59:59Z', '3,"a,b",-5.10,'];

const put = (lake: string, path: string): string => `
name: put
source: {type: files, options: {path: orders.csv, columns: ${COLUMNS}}}
sink: {type: s3, connection: "${lake}", options: {path: ${path}, format: parquet, lineage: false}, strategy: {mode: full_refresh}}
`;
const pull = (lake: string, path: string, warehouse: string): string => `
name: pull
source: {type: s3, connection: "${lake}", options: {path: ${path}}}
sink: {type: clickhouse, connection: "${warehouse}", table: orders, options: {reads_s3: true, lineage: false, order_by: [id]}, strategy: {mode: full_refresh}}
`;

describe('ClickHouse reads Parquet objects from S3 itself', function () {
  this.timeout(120_000);
  before(async function () {
    this.timeout(1_800_000);
    const missing = (await clickhouseMissing()) ?? (await s3Missing());
    if (missing === undefined) return;
    process.stderr.write(`ClickHouse is not tested to read from S3: ${missing}\n`);
    this.skip();
  });

  it('by a plan that says so, each row once, and with no secret in what is said', async () => {
    await using db = await freshClickHouse();
    const bucket = await freshBucket();
    const project = tempProject({ 'orders.csv': `id,note,amount,at\n${ROWS.join('\n')}\n` });
    linkPlugins(project, 'connector-clickhouse', 'connector-s3');
    const run = async (...args: string[]): Promise<{ code: number | null; said: string }> => {
      const { code, stdout, stderr } = await dpone(args, { cwd: project.path });
      return { code, said: stdout + stderr };
    };
    try {
      for (const path of ['raw/a.parquet', 'raw/b.parquet']) {
        project.write('put.yml', put(bucket.uri, path));
        const { code, said } = await run('run', 'put.yml');
        expect(code, said).to.equal(0);
      }
      project.write('pull.yml', pull(bucket.uri, 'raw/*.parquet', db.uri));
      const plan = await run('plan', 'pull.yml');
      expect(plan.said, plan.said).to.match(/lane +parquet, remote pull/);
      const loaded = await run('run', 'pull.yml', '--format', 'json');
      expect(loaded.code, loaded.said).to.equal(0);
      const rows = await db.sql(
        'SELECT toUInt32(id) AS id, note, toString(amount) AS amount, toString(at) AS at, toUInt32(count()) AS times FROM orders GROUP BY ALL ORDER BY id SETTINGS output_format_decimal_trailing_zeros = 1',
      );
      expect(rows).to.deep.equal([
        { id: 1, note: 'Ä \u{1f600}', amount: '19.9', at: '2026-01-01 10:00:00.000001', times: 2 },
        { id: 2, note: null, amount: '0', at: '1999-12-31 23:59:59.000000', times: 2 },
        { id: 3, note: 'a,b', amount: '-5.1', at: null, times: 2 },
      ]);

      const secret = new URL(bucket.uri).password;
      for (const { said } of [plan, loaded]) expect(said).to.not.contain(secret);
      // A value that does not fit, in a statement that holds the secret.
      await db.sql('ALTER TABLE orders ADD CONSTRAINT small CHECK id < 100');
      project.write('orders.csv', 'id,note,amount,at\n300,x,1.00,2026-01-01T10:00:00Z\n');
      project.write('put.yml', put(bucket.uri, 'raw/a.parquet'));
      expect((await run('run', 'put.yml')).code).to.equal(0);
      const failed = await run('run', 'pull.yml', '--format', 'json');
      expect(failed.code, failed.said).to.equal(3);
      expect(failed.said).to.not.contain(secret);
      expect(await db.sql('SELECT toUInt32(count()) AS rows FROM orders')).to.deep.equal([{ rows: 6 }]);
    } finally {
      project.remove();
      await bucket.drop();
    }
  });
});
