import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { queryDuckdb } from '../support/duckdb.js';
import { tempProject } from '../support/temp-project.js';

const ROWS = '{"id":1,"lines":[{"sku":"a"},{"sku":"b"}]}\n{"id":2,"lines":[]}\n';
const MANIFEST = `name: orders
source: { type: files, options: { path: orders.jsonl } }
sink:
  type: duckdb
  connection: shop.duckdb
  table: { name: orders }
  strategy: { mode: full_refresh, unique_key: id }
  options: { lineage: hierarchical }
`;

describe('the lineage of rows', function () {
  this.timeout(60_000);

  it('gives a row the same ids in every load, and another row others', async () => {
    const project = tempProject({ 'orders.yml': MANIFEST, 'orders.jsonl': ROWS });
    const idsAfterLoad = async (): Promise<Record<string, unknown>[]> => {
      const { code, stdout, stderr } = await dpone(['run', 'orders.yml'], { cwd: project.path });
      expect(code, stdout + stderr).to.equal(0);
      return queryDuckdb(
        project.file('shop.duckdb'),
        `SELECT id, __dpone__row_id AS row_id, __dpone__parent_row_id AS parent, __dpone__root_row_id AS root,
           __dpone__list_index AS list_index FROM orders ORDER BY id`,
      );
    };
    try {
      const first = await idsAfterLoad();
      expect(await idsAfterLoad()).to.deep.equal(first);
      expect(new Set(first.map((row) => row['row_id'])).size).to.equal(2);
      for (const row of first) expect(row).to.include({ parent: null, list_index: null });
    } finally {
      project.remove();
    }
  });
});
