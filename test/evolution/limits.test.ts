import type { ProcessResult } from '@dpone/engine';
import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import { Client } from 'pg';
import { dpone } from '../support/cli.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

describe('how long a schema change waits for a lock', function () {
  this.timeout(120_000);
  let db: FreshDatabase;
  let at: TempProject;
  before(async () => {
    db = await freshDatabase();
    at = tempProject({ 'a.csv': 'id\n1\n' });
    at.write(
      'orders.yml',
      `name: orders
source: {type: files, options: {path: "*.csv"}}
sink:
  type: postgres
  connection: "${db.uri}"
  table: public.orders
  strategy: {mode: full_refresh, overwrite_type: truncate_insert}
  options: {schema_evolution: {lock_timeout_seconds: 1, statement_timeout_seconds: 60}}
`,
    );
  });
  after(async () => {
    at.remove();
    await db.drop();
  });
  const run = async (): Promise<ProcessResult> =>
    JSON.parse((await dpone(['run', 'orders.yml', '--format', 'json'], { cwd: at.path })).stdout) as ProcessResult;

  it('is what the manifest says, and the target stays as it was', async () => {
    expect((await run()).passed).to.equal(true);
    at.write('a.csv', 'id,note\n2,hello\n');
    const reader = new Client({ connectionString: db.uri });
    await reader.connect();
    try {
      await reader.query('BEGIN; LOCK TABLE orders IN ACCESS SHARE MODE');
      const waited = await run();
      expect(waited.result.errors.map(({ code }) => code)).to.deep.equal(['DPONE_TARGET_LOCKED']);
      expect((await reader.query('SELECT id FROM orders')).rows).to.deep.equal([{ id: '1' }]);
      await reader.query('COMMIT');
    } finally {
      await reader.end();
    }
    const changed = await run();
    expect([changed.passed, changed.schema_changes]).to.deep.equal([true, ['add column note string']]);
  });
});
