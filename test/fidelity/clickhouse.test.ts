import clickhouse from '@dpone/connector-clickhouse';
import { EDGE_TYPES, EDGE_VALUES, type EdgeValue } from '@dpone/testkit';
import {
  clickhouseMissing,
  freshClickHouse,
  freshDatabase,
  type FreshClickHouse,
  type FreshDatabase,
} from '@dpone/test-services';
import { expect } from 'chai';
import { query } from '../crash/postgres-shop.js';
import { tempProject } from '../support/temp-project.js';
import { expectTable, outcomesOf, passes, saidOf, thereAndBack, type Outcome } from './edge-table.js';

const PAGE = 'clickhouse-fidelity.md';

describe('edge values of Postgres go through ClickHouse as they are, or not at all', function () {
  this.timeout(600_000);
  let from: FreshDatabase;
  let into: FreshDatabase;
  let between: FreshClickHouse;
  let outcomes = new Map<EdgeValue, Outcome>();

  before(async function () {
    const missing = await clickhouseMissing();
    if (missing !== undefined) {
      process.stderr.write(`no ClickHouse here, its fidelity is not tested: ${missing}\n`);
      this.skip();
    }
    [from, into, between] = await Promise.all([freshDatabase(), freshDatabase(), freshClickHouse()]);
    for (const db of [from, into]) await query(db.uri, EDGE_TYPES);
  });
  after(() => Promise.all([from?.drop(), into?.drop(), between?.drop()]));

  it('each by the lane that is planned', async () => {
    const middle = { type: 'clickhouse', connection: between.uri, table: { name: 'source' } };
    outcomes = await outcomesOf(EDGE_VALUES, saidOf(PAGE, 'there and back'), 'below', async (edges, what) => {
      await between.sql('DROP TABLE IF EXISTS source SYNC');
      return thereAndBack(from, into, middle, edges, what, clickhouse);
    });
    expect([...outcomes.values()].filter((one) => one === 'exact').length, 'values that are kept').to.be.at.least(40);
  });

  it('the page says what is kept', function () {
    if (outcomes.size === 0) this.skip();
    const rows = [...outcomes].map(([{ type, name }, outcome]) => [`\`${type}\``, name, outcome]);
    expectTable(PAGE, ['type', 'value', 'there and back'], rows);
  });

  for (const lanes of [['pg-copy-text'], ['parquet'], ['rows']])
    it(`a table of many types is the same after both ways, by ${lanes[0]}`, async () => {
      const columns = [
        'id int NOT NULL, b bool, n numeric(12,2), f float8, s text, bytes bytea, d date, t timestamp, tz timestamptz',
        'u uuid, j jsonb',
        ...(lanes[0] === 'parquet' ? [] : ['ti time']),
      ].join(', ');
      const values =
        "g, g%2=0, g/3.0, g/7.0, 'x'||g, decode(md5(g::text),'hex'), date '2020-01-01'+g%1000, " +
        "timestamp '2020-01-01'+g*interval '1.000001 s', timestamptz '2020-01-01 00:00+02'+g*interval '1.000001 s', " +
        "gen_random_uuid(), jsonb_build_object('a',g)" +
        (lanes[0] === 'parquet' ? '' : ", time '00:00'+(g%86400)*interval '1 s'");
      await query(from.uri, `DROP TABLE IF EXISTS shop.many; CREATE TABLE shop.many (${columns})`);
      await query(from.uri, `INSERT INTO shop.many SELECT ${values} FROM generate_series(1, 1000) g`);
      await query(from.uri, 'DROP TABLE IF EXISTS shop.again; CREATE TABLE shop.again (LIKE shop.many)');
      await between.sql('DROP TABLE IF EXISTS many SYNC');
      const project = tempProject();
      const side = (name: string) => ({ type: 'postgres', connection: from.uri, table: { schema: 'shop', name } });
      const middle = { type: 'clickhouse', connection: between.uri, table: { name: 'many' } };
      const into = { strategy: { mode: 'full_refresh' }, options: { lineage: false } };
      try {
        const there = { name: 'there', source: side('many'), sink: { ...middle, ...into }, engine: { lanes } };
        const back = { name: 'back', source: middle, sink: { ...side('again'), ...into } };
        expect(await passes(project, there, [clickhouse]), 'there').to.equal(true);
        expect(await passes(project, back, [clickhouse]), 'back').to.equal(true);
        const [row] = await query(
          from.uri,
          'SELECT (SELECT count(*) FROM shop.again) AS rows, (SELECT count(*) FROM (SELECT * FROM shop.many EXCEPT ALL SELECT * FROM shop.again) x) AS lost',
        );
        expect(row).to.deep.equal({ rows: '1000', lost: '0' });
      } finally {
        project.remove();
      }
    });
});
